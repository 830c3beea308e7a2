// A small chart of one rate over the last minute, with a mark where a worker was killed. Plain SVG.
import { count, make } from './dom.js';

const SHOWN_MS = 60_000;
const WIDTH = 600;
const HEIGHT = 92;
const SVG = 'http://www.w3.org/2000/svg';

interface Sample {
  readonly at: number;
  readonly rate: number;
}

function shape(tag: string, attributes: Record<string, string>): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** The next number of the series 1, 2, 5, 10, 20, ... : a scale that does not flicker. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  for (const step of [1, 2, 5, 10]) {
    if (step * power >= value) return step * power;
  }
  return 10 * power;
}

export class Chart {
  readonly #what: string;
  readonly #samples: Sample[] = [];
  readonly #deaths: number[] = [];
  readonly #line = shape('path', { class: 'line' });
  readonly #area = shape('path', { class: 'area' });
  readonly #marks = shape('g', {});
  readonly #svg = shape('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img' });
  readonly #scale = make('span');

  constructor(parent: HTMLElement, what: string, className: string) {
    this.#what = what;
    const axis = shape('path', { class: 'axis', d: `M0 ${HEIGHT}H${WIDTH}` });
    this.#svg.append(this.#area, axis, this.#marks, this.#line);
    const title = make('span', { textContent: `${what}, last minute` });
    const caption = make('div', { className: 'caption' }, [title, this.#scale]);
    parent.append(make('div', { className: `chart ${className}` }, [caption, this.#svg]));
  }

  markDeath(at: number): void {
    this.#deaths.push(at);
  }

  add(at: number, rate: number): void {
    this.#samples.push({ at, rate });
    while ((this.#samples[0]?.at ?? at) < at - SHOWN_MS) this.#samples.shift();
    while ((this.#deaths[0] ?? at) < at - SHOWN_MS) this.#deaths.shift();
    this.#draw(at, rate);
  }

  #draw(now: number, rate: number): void {
    const top = roundUp(Math.max(...this.#samples.map((sample) => sample.rate)));
    // The first minute fills the width as it comes; later the window moves along.
    const oldest = this.#samples[0]?.at ?? now;
    const span = Math.max(10_000, Math.min(SHOWN_MS, now - oldest));
    const x = (at: number) => (WIDTH * (1 - (now - at) / span)).toFixed(1);
    const y = (value: number) => (HEIGHT - (value / top) * (HEIGHT - 4)).toFixed(1);
    const points = this.#samples.map((sample) => `${x(sample.at)} ${y(sample.rate)}`);
    this.#line.setAttribute('d', `M${points.join('L')}`);
    this.#area.setAttribute('d', `M${x(oldest)} ${HEIGHT}L${points.join('L')}L${WIDTH} ${HEIGHT}Z`);
    const deaths = this.#deaths.map((at) => shape('path', { class: 'death', d: `M${x(at)} 0V${HEIGHT}` }));
    this.#marks.replaceChildren(...deaths);
    this.#scale.textContent = `${count(rate)} /s (scale ${count(top)})`;
    const said = `${this.#what}: ${count(rate)} a second now, less than ${count(top)} all through the last minute`;
    this.#svg.setAttribute('aria-label', said);
  }
}
