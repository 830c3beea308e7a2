// Whose work is in the package's files besides ours, and on what terms. The texts come from the sources that the files were built
// from, so they are those of the versions that are shipped, and a source that no longer says what it should stops the packing.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const IMGUI = path.join(ROOT, 'build/imgui');
const HEADERS = path.join(ROOT, 'build/headers');

/** The part of a file that the expression's first group finds, without the marks of comments and without indentation. */
function excerpt(file, expression) {
  const found = expression.exec(readFileSync(file, 'utf8'))?.[1];
  if (found === undefined) throw new Error(`${file} does not hold the notice that ${expression} looks for`);
  return found.split('\n').map((line) => line.replace(/^\s*(?:\*\*|\/\/|\*(?= |$))?/, '').trim()).join('\n').trim();
}

function emscripten() {
  return process.env.EMSCRIPTEN_ROOT ?? execFileSync('em-config', ['EMSCRIPTEN_ROOT'], { encoding: 'utf8' }).trim();
}

/** Each work: its name, the files of the package that it is in, and what its authors want said. */
function works() {
  const imgui = excerpt(path.join(IMGUI, 'LICENSE.txt'), /([\s\S]+)/);
  const mit = imgui.slice(imgui.indexOf('Permission is hereby granted'));
  const system = path.join(emscripten(), 'system/lib');
  const glue = excerpt(path.join(emscripten(), 'src/preamble.js'), /(Copyright.*The Emscripten Authors)/);
  const engine = 'dist/glasswal.wasm';
  const inspector = 'dist/inspector.wasm';
  return [
    ['SQLite', [engine], excerpt(
      path.join(ROOT, 'node_modules/@photostructure/sqlite/src/upstream/sqlite3.h'), /(The author disclaims[\s\S]+?than you give\.)/)],
    ['Dear ImGui', [inspector], imgui],
    ['stb_truetype, stb_rect_pack and stb_textedit, as Dear ImGui has them', [inspector],
      excerpt(path.join(IMGUI, 'imstb_truetype.h'), /(MIT License\nCopyright[\s\S]+?SOFTWARE\.)\n-+\nALTERNATIVE B/)],
    ['The font ProggyClean, which Dear ImGui embeds', [inspector],
      `${excerpt(path.join(IMGUI, 'imgui_draw.cpp'), /(Copyright .*Tristan Grimmer)/)}\n\n${mit}`],
    ['{fmt}', [inspector], excerpt(path.join(HEADERS, 'fmt/format.h'), /(Copyright[\s\S]+?)\*\//)],
    ['spdlog', [inspector], `${excerpt(path.join(HEADERS, 'spdlog/spdlog.h'), /(Copyright.*)/)}\n\n${mit}`],
    ["Emscripten's run-time support, and in the inspector its allocator emmalloc", [engine, inspector, 'dist/inspector_module.js'],
      `${glue}\n\n${mit}`],
    ['dlmalloc', [engine], excerpt(path.join(system, 'dlmalloc.c'), /(This is a version \(aka dlmalloc\)[\s\S]+?zero\/1\.0\/)/)],
    ['musl, the C library', [engine, inspector], excerpt(path.join(system, 'libc/musl/COPYRIGHT'), /([\s\S]+)/)],
    ['libc++, libc++abi and compiler-rt of the LLVM project', [engine, inspector],
      'Licensed under the Apache License v2.0 with LLVM Exceptions (https://llvm.org/LICENSE.txt), whose exception lets object code\n' +
        'that a compiler has embedded be passed on without further notices.'],
  ];
}

/** The text of THIRD_PARTY_NOTICES. */
export function thirdPartyNotices() {
  const parts = works().map(([name, files, terms]) => `${name}\n${'-'.repeat(name.length)}\nIn ${files.join(', ')}.\n\n${terms}\n`);
  return `glasswal itself is under the terms in LICENSE. Its files also hold the work of others:\n\n${parts.join('\n\n')}`;
}
