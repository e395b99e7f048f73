// Writes what the page knows of the API from the merged OpenAPI document: its types, and the limits
// of what can be sent, so that forms refuse what the server would refuse. `--check` writes nothing
// and fails when a file is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import openapiTypescript, { astToString } from 'openapi-typescript';

const root = join(import.meta.dirname, '..');
const source = new URL(`file://${join(root, '../openapi.json')}`);
const api = JSON.parse(readFileSync(source, 'utf8'));
const HEAD = '// Made from ../openapi.json by `npm run gen`. Do not edit.\n';

const MEASURES = ['minLength', 'maxLength', 'minimum', 'maximum', 'pattern'];

/** The schemas that a request body can hold, by name. */
function sent() {
  const names = new Set();
  const visit = (part) => {
    if (part === null || typeof part !== 'object') return;
    const name = part.$ref?.split('/').at(-1);
    if (name && !names.has(name)) {
      names.add(name);
      visit(api.components.schemas[name]);
    }
    for (const inner of Object.values(part)) visit(inner);
  };
  for (const path of Object.values(api.paths)) {
    for (const operation of Object.values(path)) visit(operation.requestBody);
  }
  return [...names].sort();
}

/** The measures that the document sets for what is sent. */
function limits() {
  const found = {};
  for (const name of sent()) {
    const schema = api.components.schemas[name];
    for (const [member, rules] of Object.entries(schema.properties ?? {})) {
      const set = MEASURES.filter((measure) => measure in rules);
      if (set.length === 0) continue;
      found[name] ??= {};
      found[name][member] = Object.fromEntries(set.map((measure) => [measure, rules[measure]]));
    }
  }
  return `export const limits = ${JSON.stringify(found, null, 2)} as const;\n`;
}

const files = {
  'src/api/schema.gen.ts': HEAD + astToString(await openapiTypescript(source)),
  'src/api/limits.gen.ts': HEAD + limits(),
};

const stale = Object.entries(files).filter(([file, text]) => {
  try {
    return readFileSync(join(root, file), 'utf8') !== text;
  } catch {
    return true;
  }
});
if (process.argv.includes('--check')) {
  for (const [file] of stale) console.error(`${file} is stale: run npm run gen`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const [file, text] of stale) writeFileSync(join(root, file), text);
}
