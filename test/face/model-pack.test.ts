import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeEach, expect, it } from 'vitest';

import { loadModelPack } from '../../src/face/model-pack.js';
import { removeTemporaryDirectories, temporaryDirectory } from '../support/server.js';

let directory: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  await cp(fileURLToPath(new URL('../../models', import.meta.url)), directory, { recursive: true });
});
afterAll(removeTemporaryDirectories);

it('reads the models that the manifest names', async () => {
  const pack = await loadModelPack(directory);
  expect(pack.recognition.entry).toMatchObject({ id: 'fr_feature', dimensions: 512 });
});

it('refuses a model of which one bit was changed', async () => {
  const file = path.join(directory, 'fr_feature.onnx');
  const bytes = await readFile(file);
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(file, bytes);
  await expect(loadModelPack(directory)).rejects.toThrow(/fr_feature.onnx is not the file/);
});

it('refuses to do without one, and says how to get it', async () => {
  await rm(path.join(directory, 'fr_landmark.onnx'));
  await expect(loadModelPack(directory)).rejects.toThrow(/fr_landmark.onnx is missing. Run: npm run models/);
});
