import { readFile, writeFile } from 'node:fs/promises';

import openapiTS, { astToString } from 'openapi-typescript';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

const FILE = new URL('../../packages/client/src/api-types.ts', import.meta.url);
const HEAD =
  "/** Made of the server's OpenAPI document by `npm run api-types`; do not change by hand. */\n\n";

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

it('the types of the client are those of the API', async () => {
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as Parameters<
    typeof openapiTS
  >[0];
  const types = HEAD + astToString(await openapiTS(document));
  if (process.env['MAKE_API_TYPES'] !== undefined) await writeFile(FILE, types);
  expect(await readFile(FILE, 'utf8')).toBe(types);
});
