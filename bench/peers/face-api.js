// @vladmandic/face-api on its WASM back end: SSD MobileNet detector, 68 landmarks, descriptor.
import { createRequire } from 'node:module';
import path from 'node:path';

import { serve } from './peer.js';

const require = createRequire(import.meta.url);
const folder = path.dirname(require.resolve('@vladmandic/face-api/package.json'));
const backEnd = path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
const tf = require('@tensorflow/tfjs');
const { getThreadsCount, setWasmPaths } = require('@tensorflow/tfjs-backend-wasm');
setWasmPaths(`${backEnd}/dist/`);
await tf.setBackend('wasm');
await tf.ready();

const faceApi = require('@vladmandic/face-api/dist/face-api.node-wasm.js');
const { nets } = faceApi;
for (const net of [nets.ssdMobilenetv1, nets.faceLandmark68Net, nets.faceRecognitionNet]) {
  await net.loadFromDisk(`${folder}/model`);
}

async function recognise({ data, width, height }, most) {
  const tensor = tf.tensor3d(data, [height, width, 3], 'int32');
  try {
    // Human's limit: with its own, 0.5, it overlooks faces that the others find.
    const options = new faceApi.SsdMobilenetv1Options({ maxResults: most, minConfidence: 0.2 });
    const faces = await faceApi.detectAllFaces(tensor, options).withFaceLandmarks().withFaceDescriptors();
    return faces.map(({ detection: { box }, landmarks, descriptor }) => ({
      box: { left: box.left, top: box.top, width: box.width, height: box.height },
      points: landmarks.positions.length,
      descriptor,
    }));
  } finally {
    tf.dispose(tensor);
  }
}

serve(
  {
    name: '@vladmandic/face-api',
    version: require('@vladmandic/face-api/package.json').version,
    models: ['ssdMobilenetv1', 'faceLandmark68Net', 'faceRecognitionNet'],
    backEnd: tf.getBackend(),
    simd: await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'),
    threads: (await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT')) ? getThreadsCount() : 1,
  },
  recognise,
);
