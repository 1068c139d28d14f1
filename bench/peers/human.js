// @vladmandic/human on its WASM back end: face detector, mesh and descriptor, and nothing else of it.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { serve } from './peer.js';

const require = createRequire(import.meta.url);
// It does not export its own manifest.
const folder = path.join(import.meta.dirname, 'node_modules', '@vladmandic', 'human');
const backEnd = path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));

// It fetches its models, which Node does not do from files.
const fetchElsewhere = globalThis.fetch;
globalThis.fetch = async (url, options) =>
  String(url).startsWith('file:')
    ? new globalThis.Response(await readFile(new URL(url)))
    : fetchElsewhere(url, options);

const tf = require('@tensorflow/tfjs');
const { getThreadsCount, setWasmPaths } = require('@tensorflow/tfjs-backend-wasm');
setWasmPaths(`${backEnd}/dist/`);
const { Human } = require(`${folder}/dist/human.node-wasm.js`);
const off = { enabled: false };
const human = new Human({
  backend: 'wasm',
  wasmPath: `${backEnd}/dist/`,
  modelBasePath: pathToFileURL(`${folder}/models/`).href,
  warmup: 'none',
  // Every picture is another person's: nothing of one may answer for the next.
  cacheSensitivity: 0,
  skipAllowed: false,
  filter: off,
  gesture: off,
  body: off,
  hand: off,
  object: off,
  segmentation: off,
  face: {
    enabled: true,
    detector: { maxDetected: 1, skipFrames: 0, skipTime: 0, return: false },
    mesh: { enabled: true },
    attention: off,
    iris: off,
    emotion: off,
    antispoof: off,
    liveness: off,
    description: { enabled: true, skipFrames: 0, skipTime: 0 },
  },
});
await human.load();

async function recognise({ data, width, height }, most) {
  const tensor = human.tf.tensor4d(data, [1, height, width, 3], 'int32');
  try {
    const { face, error } = await human.detect(tensor, { face: { detector: { maxDetected: most } } });
    if (error) throw new Error(error);
    return face
      .filter(({ embedding }) => embedding?.length > 0)
      .map(({ box: [left, top, width, height], mesh, embedding }) => ({
        box: { left, top, width, height },
        points: mesh.length,
        descriptor: embedding,
      }));
  } finally {
    human.tf.dispose(tensor);
  }
}

serve(
  {
    name: '@vladmandic/human',
    version: human.version,
    models: Object.entries(human.models.models)
      .filter(([, m]) => m)
      .map(([n]) => n),
    backEnd: human.tf.getBackend(),
    simd: await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'),
    threads: (await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT')) ? getThreadsCount() : 1,
  },
  recognise,
);
