// node snapshot.mjs SCHEMA OUTPUT HEADER...: the TypeScript types of a snapshot, from its JSON schema. What each type is, the
// headers say in which the structs of C++ are.
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

const [schemaPath, outputPath, ...headerPaths] = process.argv.slice(2);
const schema = JSON.parse(readFileSync(schemaPath, 'utf8'));
const headers = headerPaths.map((path) => readFileSync(path, 'utf8')).join('\n');

function typeOf(node) {
  if (node.$ref !== undefined) return node.$ref.split('/').at(-1);
  if (node.enum !== undefined) return node.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (node.anyOf !== undefined) return node.anyOf.map(typeOf).join(' | ');
  if (Array.isArray(node.type)) return node.type.map((type) => typeOf({ ...node, type })).join(' | ');
  switch (node.type) {
    case 'array':
      return `readonly (${typeOf(node.items)})[]`;
    case 'object':
      return node.properties === undefined
        ? `Readonly<Record<string, ${typeOf(node.additionalProperties ?? { type: 'integer' })}>>`
        : membersOf(node);
    case 'integer':
    case 'number':
      return 'number';
    case 'null':
    case 'boolean':
    case 'string':
      return node.type;
    default:
      throw new Error(`the schema has a type that this program does not know: ${JSON.stringify(node)}`);
  }
}

function membersOf(node) {
  const lines = Object.entries(node.properties).map(([name, property]) => {
    const said = property.description === undefined ? '' : `  /** ${property.description} */\n`;
    return `${said}  readonly ${name}: ${typeOf(property)};`;
  });
  return `{\n${lines.join('\n')}\n}`;
}

/** The comment of the struct: that of Client is called ClientSnapshot, that of Counters CounterValues. */
function describe(name) {
  for (const struct of [name, `${name}Snapshot`, `${name.slice(0, -1)}Values`]) {
    const found = new RegExp(`((?:^///.*\\n)+)struct ${struct} \\{`, 'm').exec(headers);
    if (found) return found[1].replaceAll(/^\/\/\/ ?/gm, '').trim().replaceAll('\n', ' ');
  }
  throw new Error(`no header describes ${name}`);
}

const parts = ['// Made by wasm/generate/snapshot.mjs from vfs/diag/snapshot.schema.json; not kept in the repository.'];
for (const [name, definition] of Object.entries(schema.$defs ?? {})) {
  parts.push(`/** ${describe(name)} */\nexport type ${name} = ${typeOf(definition)};`);
}
const { $defs, ...whole } = schema;
if (whole.$ref === undefined || whole.$ref.split('/').at(-1) !== 'Snapshot') {
  parts.push(`/** A consistent copy of a runtime's diagnostics. */\nexport type Snapshot = ${typeOf(whole)};`);
}
mkdirSync(dirname(outputPath), { recursive: true });
writeFileSync(outputPath, `${parts.join('\n\n')}\n`);
