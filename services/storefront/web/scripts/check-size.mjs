// Compares the built files with size-budget.json and fails when a budget is exceeded. Sizes are the
// gzip files that the gateway serves; fonts are compressed already.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const budget = JSON.parse(readFileSync(join(root, 'size-budget.json'), 'utf8'));
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));

/** The manifest's key of a route's component, which the router plugin splits off its file. */
function chunkOf(route) {
  const key = Object.keys(manifest).find((each) => each.startsWith(`${route}?`));
  if (!key) throw new Error(`${route} has no chunk of its own in the manifest`);
  return key;
}

/** A chunk and everything it needs before it can run. */
function closure(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) closure(next, seen);
  return seen;
}

const gzipped = (file) => statSync(join(dist, `${file}.gz`)).size;
const scripts = (keys) => [...new Set(keys.map((key) => manifest[key].file))];
const sum = (files) => files.reduce((total, file) => total + gzipped(file), 0);
const kib = (bytes) => (bytes / 1024).toFixed(1);

let failed = false;
function check(name, bytes, limitKiB) {
  const over = bytes > limitKiB * 1024;
  failed ||= over;
  console.log(`${over ? 'OVER' : 'ok  '} ${name}: ${kib(bytes)} of ${limitKiB} KiB`);
}

const shell = [...closure('index.html')];
for (const route of budget.firstPageScripts.entries) {
  const files = scripts([...shell, ...closure(chunkOf(route))]);
  check(`scripts of ${route}`, sum(files), budget.firstPageScripts.limitKiB);
}

const first = new Set(
  scripts([
    ...shell,
    ...budget.firstPageScripts.entries.flatMap((route) => [...closure(chunkOf(route))]),
  ]),
);
/** What a group of pages fetches beyond the first page. */
function checkLater(name, { entries, limitKiB }) {
  const all = scripts(entries.flatMap((route) => [...closure(chunkOf(route))]));
  check(`scripts of ${name}`, sum(all.filter((file) => !first.has(file))), limitKiB);
}
checkLater('basket and checkout', budget.checkoutScripts);
checkLater('account and orders', budget.accountScripts);

const styles = [...new Set(Object.values(manifest).flatMap((entry) => entry.css ?? []))];
check('styles', sum(styles), budget.styles.limitKiB);

// The two faces that every page shows; the third is fetched with the first receipt.
const fonts = Object.values(manifest)
  .map((entry) => entry.file)
  .filter((file) => file.endsWith('.woff2') && !file.includes('-mono-'));
check(
  'fonts of a first page',
  fonts.reduce((total, file) => total + statSync(join(dist, file)).size, 0),
  budget.fonts.limitKiB,
);

if (failed) {
  console.error(
    'A budget of size-budget.json is exceeded. Raising one needs a reason in the same change.',
  );
  process.exit(1);
}
