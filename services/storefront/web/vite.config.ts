import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import tailwindcss from '@tailwindcss/vite';
import { tanstackRouter } from '@tanstack/router-plugin/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const FONTS = [
  '@fontsource/barlow-condensed',
  '@fontsource-variable/atkinson-hyperlegible-next',
  '@fontsource-variable/atkinson-hyperlegible-mono',
];

/** The SIL Open Font License asks that its text travels with the font files. */
function fontLicences(): Plugin {
  return {
    name: 'localmart:font-licences',
    apply: 'build',
    async generateBundle() {
      for (const name of FONTS) {
        this.emitFile({
          type: 'asset',
          fileName: `licenses/${name.split('/')[1]}.txt`,
          source: await readFile(
            join(import.meta.dirname, 'node_modules', name, 'LICENSE'),
            'utf8',
          ),
        });
      }
    },
  };
}

/**
 * Writes `.gz` and `.br` beside each hashed text asset, so that the gateway sends bytes that were
 * compressed once, at the strongest setting, instead of compressing on every request.
 */
function precompress(): Plugin {
  return {
    name: 'localmart:precompress',
    apply: 'build',
    async writeBundle(options) {
      const folder = join(options.dir ?? 'dist', 'assets');
      const texts = (await readdir(folder)).filter((file) => /\.(js|css|svg)$/.test(file));
      await Promise.all(
        texts.map(async (file) => {
          const path = join(folder, file);
          const bytes = await readFile(path);
          await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }));
          await writeFile(
            `${path}.br`,
            await promisify(brotliCompress)(bytes, {
              params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
            }),
          );
        }),
      );
    },
  };
}

export default defineConfig({
  plugins: [
    tanstackRouter({
      target: 'react',
      autoCodeSplitting: true,
      routesDirectory: 'src/routes',
      generatedRouteTree: 'src/routeTree.gen.ts',
    }),
    react(),
    tailwindcss(),
    fontLicences(),
    precompress(),
  ],
  resolve: { alias: { '~': join(import.meta.dirname, 'src') } },
  build: {
    target: 'es2023',
    manifest: true,
    license: { fileName: 'licenses/packages.md' },
    // The content security policy allows no `data:` addresses.
    assetsInlineLimit: 0,
    // The polyfill would be an extra script for browsers that `target` already leaves out.
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { '/api': process.env.LOCALMART_URL ?? 'http://localmart.localhost:8080' },
  },
});
