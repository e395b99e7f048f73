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

/** The measures that the document sets for the members of its schemas. */
function limits() {
  const found = {};
  for (const [name, schema] of Object.entries(api.components.schemas)) {
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
