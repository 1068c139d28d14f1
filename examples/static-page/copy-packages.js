import { cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What the page loads, under the names of its import map. */
const COPIES = {
  '@vultus/client/dist/': 'client/',
  '@vultus/element/dist/': 'element/',
  'openapi-fetch/dist/index.mjs': 'openapi-fetch.js',
};

const packages = new URL('node_modules/', import.meta.url);
const vendor = new URL('public/vendor/', import.meta.url);

rmSync(vendor, { recursive: true, force: true });
for (const [from, to] of Object.entries(COPIES)) {
  cpSync(fileURLToPath(new URL(from, packages)), fileURLToPath(new URL(to, vendor)), { recursive: true });
}
