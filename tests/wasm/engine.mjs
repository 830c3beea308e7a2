// The engine's own tests (tests/wasm/CMakeLists.txt says which), built by Emscripten and run under Node: in two files, which
// run beside each other.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';

const PROGRAM = 'build/wasm/tests/wasm/engine_test.js';

// A WebAssembly program has no named regions and no processes to kill; its files have no locks, which SQLite's own VFS
// wants for its shared memory; and its 4 GiB do not hold two regions of more than one.
const LEFT_TO_THE_NATIVE_BUILD = [
  '*/named', '*/two_clients', '*/OwnMethods.UriOptionsAreCheckedByName/*', '*/OwnMethods.ANamedRegionByUriIsAnotherPlace/*',
  'SegmentDeaths.*', 'RegionAttach.ReadOnlyMappingIsEnough', 'RegionAttach.TinyNamedObject',
  'RegionCreate.KilledCreatorCanBeSucceededWithOtherOptions',
  '*/unix', '*/Copies.BackupBothWaysWithMemoryAndFiles/*',
  '*/Beyond.*/block',
];
// Each allocation fails once in `once`; that all fail from there on, AddressSanitizer's build sees in every run.
const LEFT_TO_ALL = process.env.GLASSWAL_THOROUGH === undefined ? ['In/OutOfMemory.AtEveryAllocation/for_good'] : [];
// Cases of parameterised suites: SQLite's contract, in every kind of place.
const CONTRACT = 'In/*';

/** Runs the cases `wanted` without those `left`; what the program said of each: {name, passed, said}. */
async function run(wanted, left) {
  const filter = `${wanted}-${[...left, ...LEFT_TO_THE_NATIVE_BUILD, ...LEFT_TO_ALL].join(':')}`;
  const program = spawn(process.execPath, [PROGRAM, `--gtest_filter=${filter}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const cases = [];
  let said = [];
  for await (const line of createInterface({ input: program.stdout })) {
    const [, mark, name] = /^\[ *(RUN|OK|FAILED|SKIPPED) *\] ([^ ,]+)/.exec(line) ?? [];
    if (mark === 'RUN') said = [];
    else if (mark !== undefined && !cases.some((known) => known.name === name)) cases.push({ name, passed: mark === 'OK', said: said.join('\n') });
    else said.push(line);
  }
  if (program.exitCode === null) await new Promise((ended) => program.once('exit', ended));
  return { cases, exitCode: program.exitCode, said: said.join('\n') };
}

async function describeCases(title, least, wanted, left = []) {
  const { cases, exitCode, said } = await run(wanted, left);
  describe(title, () => {
    for (const { name, passed, said: details } of cases) {
      test(name, () => assert.ok(passed, details));
    }
    test('it came to its end', () => {
      assert.equal(exitCode, 0, said);
      assert.ok(cases.length > least, `${cases.length} cases`);
    });
  });
}

export const describeContract = () => describeCases("the engine as WebAssembly: SQLite's contract", 200, CONTRACT);
export const describeParts = () => describeCases('the engine as WebAssembly: its parts', 120, '*', [CONTRACT]);
