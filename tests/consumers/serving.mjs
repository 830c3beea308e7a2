// A server of a consumer's own tool: a program that says where it listens.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Starts the program in `folder`, with `env` beside this process's; resolves to {origin, printed, close} when it has printed an address. */
export async function serveByTool(program, args, folder, env = {}) {
  const child = spawn(program, args, { cwd: folder, env: { ...process.env, NO_COLOR: '1', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let printed = '';
  const origin = await new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        printed += `${line}\n`;
        const found = /http:\/\/(?:localhost|127\.0\.0\.1):\d+/.exec(line);
        if (found) resolve(found[0]);
      });
    }
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`${program} ${args.join(' ')} ended with ${code}:\n${printed}`)));
  });
  return {
    origin,
    /** What it has printed so far. */
    printed: () => printed,
    close: () => {
      child.kill();
      return ended;
    },
  };
}
