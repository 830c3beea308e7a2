// What the inspector draws at first: whole, with its text. A picture that was laid out with a texture that is gone when it is drawn
// is black shapes, until the next frame.
import assert from 'node:assert/strict';

import { inEachDrawingBrowser, Inspected } from './inspector.mjs';

inEachDrawingBrowser((it) => {
  it('no frame is drawn without its texture', async ({ stage }) => {
    const opened = await stage();
    await opened.createRuntime();
    await opened.inPage(({ keep }) => {
      keep.draws = [];
      let bound = null;
      const { bindTexture, drawElements } = WebGL2RenderingContext.prototype;
      WebGL2RenderingContext.prototype.bindTexture = function (target, texture) {
        bound = texture;
        return bindTexture.call(this, target, texture);
      };
      WebGL2RenderingContext.prototype.drawElements = function (...values) {
        keep.draws.push(this.isTexture(bound));
        return drawElements.apply(this, values);
      };
    });
    await Inspected.attach(opened);
    const draws = await opened.inPage(({ keep }) => keep.draws);
    assert.ok(draws.length > 0);
    assert.equal(draws.filter((hasTexture) => !hasTexture).length, 0, `of ${draws.length} draws`);
  });

  it('it is ready when it is drawn, and not before', async ({ stage }) => {
    const opened = await stage();
    await opened.createRuntime();
    const frames = await opened.inPage(async ({ runtimes }) => {
      const { attachInspector } = await import('/glasswal/inspector/index.js');
      const inspector = attachInspector(runtimes.get('runtime'), { open: true });
      await inspector.ready;
      return (await inspector.cost()).frames;
    });
    assert.ok(frames > 0);
  });

  it('where nobody could see it, it is ready all the same', async ({ stage }) => {
    const opened = await stage();
    await opened.createRuntime();
    const frames = await opened.inPage(async ({ runtimes }) => {
      const { attachInspector } = await import('/glasswal/inspector/index.js');
      const target = document.createElement('div');
      target.style.display = 'none';
      document.body.append(target);
      const inspector = attachInspector(runtimes.get('runtime'), { target });
      await inspector.ready;
      const unseen = (await inspector.cost()).frames;
      target.style = 'width: 600px; height: 400px';
      while ((await inspector.cost()).frames === 0) await new Promise(requestAnimationFrame);
      inspector.close();
      return unseen;
    });
    assert.equal(frames, 0);
  });
});
