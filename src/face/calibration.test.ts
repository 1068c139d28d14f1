import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Calibration, readCalibration, thresholdFor } from './calibration.js';
import { type ModelPack, type ModelTask, calibratedPipeline } from './model-pack.js';

const input = { width: 112, height: 112, channels: 'bgr', mean: 127, scale: 128 } as const;
const model = (task: ModelTask, id: string, weights = task as string, channels: 'bgr' | 'rgb' = 'bgr') => ({
  entry: { task, id, file: `${id}.onnx`, path: '', sha256: weights, input: { ...input, channels } },
  bytes: new Uint8Array(0),
});
const pack = (id: string, changes: Partial<ModelPack> = {}): ModelPack => ({
  detection: model('detection', 'detector'),
  landmarks: model('landmarks', 'landmarks'),
  recognition: model('recognition', id),
  presentation_attack_detection: model('presentation_attack_detection', 'pad'),
  head_pose: model('head_pose', 'pose'),
  ...changes,
});
const point = (rate: number, cosine: number) => ({
  false_match_rate: rate,
  cosine,
  false_non_match_rate: 0.01,
  false_non_match_rate_95: [0.005, 0.02] as [number, number],
});
const calibration: Calibration = {
  model: 'm',
  pipeline_sha256: calibratedPipeline(pack('m')).pipelineSha256,
  measured_on: {
    dataset: 'd',
    images: 2,
    identities: 2,
    impostor_comparisons: 1,
    genuine_comparisons: 1,
    failures_to_acquire: 0,
    date: '2026-01-01',
  },
  thresholds: [point(1e-3, 0.34), point(1e-2, 0.24), point(1e-4, 0.42)],
};

describe('thresholdFor', () => {
  it('finds the cosine that was measured for a rate', () => {
    expect(thresholdFor(calibration, 1e-3)).toEqual({ cosine: 0.34, falseMatchRate: 1e-3 });
    expect(thresholdFor(calibration, 1e-4)).toEqual({ cosine: 0.42, falseMatchRate: 1e-4 });
  });

  it('takes the next stricter one between two rates, and says which it keeps', () => {
    expect(thresholdFor(calibration, 9e-4)).toEqual({ cosine: 0.42, falseMatchRate: 1e-4 });
  });

  it.each([0.5, 1e-5])('promises nothing for a rate that was not measured (%s)', (rate) => {
    expect(() => thresholdFor(calibration, rate)).toThrow(/between 0.0001 and 0.01/);
  });
});

describe('readCalibration', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'vultus-calibration-'));
    await writeFile(path.join(directory, 'm.json'), JSON.stringify(calibration));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('reads the calibration of the very weights in use', async () => {
    expect(await readCalibration(directory, calibratedPipeline(pack('m')))).toEqual(calibration);
  });

  it.each<[string, Partial<ModelPack>]>([
    ['recognition weights', { recognition: model('recognition', 'm', 'other') }],
    ['landmarks', { landmarks: model('landmarks', 'landmarks', 'other') }],
    ['colour order', { recognition: model('recognition', 'm', 'recognition', 'rgb') }],
  ])('refuses one that was measured with other %s', async (_, changes) => {
    await expect(readCalibration(directory, calibratedPipeline(pack('m', changes)))).rejects.toThrow(
      /other models/,
    );
  });

  it('refuses a damaged one', async () => {
    await writeFile(path.join(directory, 'broken.json'), '{"model":"broken"}');
    await expect(readCalibration(directory, calibratedPipeline(pack('broken')))).rejects.toThrow(/damaged/);
  });

  it('says how to make one that is missing', async () => {
    await expect(readCalibration(directory, calibratedPipeline(pack('n')))).rejects.toThrow(
      /vultus calibrate/,
    );
  });
});
