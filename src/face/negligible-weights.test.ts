import { readFile } from 'node:fs/promises';

import { PbfWriter } from 'pbf';
import { describe, expect, it } from 'vitest';

import { still } from '../../test/support/faces.js';
import { ENGINE_OPTIONS, shippedModels } from '../../test/support/engine.js';
import { FaceEngine } from './engine.js';
import { clearNegligibleWeights } from './negligible-weights.js';

const FLOAT = 1;
const DOUBLE = 11;

/** As little of an ONNX model as holds one tensor of weights: ModelProto.graph.initializer. */
function modelWith(type: number, bytes: Uint8Array, field: 'raw' | 'floats'): Uint8Array {
  const model = new PbfWriter();
  model.writeMessage(
    7,
    (_: undefined, graph: PbfWriter) => {
      graph.writeMessage(
        5,
        (__: undefined, tensor: PbfWriter) => {
          tensor.writeVarintField(2, type);
          tensor.writeStringField(8, 'weights');
          tensor.writeBytesField(field === 'raw' ? 9 : 4, bytes);
        },
        undefined,
      );
    },
    undefined,
  );
  return model.finish();
}

function bytesOf(weights: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(weights).buffer);
}

describe('clearNegligibleWeights', () => {
  it.each(['raw', 'floats'] as const)('clears what is too small to count, of weights as %s', (field) => {
    const model = modelWith(FLOAT, bytesOf([1, -1e-40, 9.9e-21, 0, -0.5, 1.1e-20]), field);
    expect(clearNegligibleWeights(model)).toBe(2);
    expect(model).toEqual(modelWith(FLOAT, bytesOf([1, 0, 0, 0, -0.5, 1.1e-20]), field));
  });

  it('leaves numbers of another type alone', () => {
    const model = modelWith(DOUBLE, bytesOf([1e-40, 1e-30]), 'raw');
    expect(clearNegligibleWeights(model)).toBe(0);
  });

  it('changes no template by more than rounding does', async () => {
    const cleared = await shippedModels();
    const { entry } = cleared.recognition;
    const untouched = new Uint8Array(await readFile(new URL(`../../models/${entry.file}`, import.meta.url)));
    expect(Buffer.compare(untouched, cleared.recognition.bytes)).not.toBe(0);
    const original = { ...cleared, recognition: { entry, bytes: untouched } };
    const picture = await still('franck_02159.jpg');
    const [a, b] = await Promise.all(
      [cleared, original].map(async (pack) => {
        const outcome = await (await FaceEngine.load(pack, ENGINE_OPTIONS)).capture(picture, 'enrolment');
        return outcome.outcome === 'captured' ? outcome.template.vector : null;
      }),
    );
    const difference = Math.max(...a!.map((value, i) => Math.abs(value - b![i]!)));
    expect(difference).toBeLessThan(1e-5);
  });
});
