import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import type { CaptureOutcome, FailureToAcquire } from '../capture.js';
import { DIGEST_BYTES } from '../frame-digest.js';
import type { FrameOutcome } from '../frame-observation.js';
import { captureAnswerSchema, observeAnswerSchema } from './wire-format.js';

const vector = Float32Array.of(0.6, -0.8, 0, 0);
const MODEL = 'fr_feature@0123456789ab';
const about = { model_id: MODEL, ms: 41.5, stages: { decode: 4.25, recognition: 16 } };

const captured: CaptureOutcome = {
  outcome: 'captured',
  template: { modelId: MODEL, vector },
  qualityScore: 0.75,
  presentation: 'bona_fide',
};

const observed: FrameOutcome = {
  outcome: 'observed',
  place: { left: -0.1, top: 0.2, width: 0.5, height: 0.6 },
  reasons: ['turned_away'],
  qualityScore: 0,
  pose: { yaw: -7, pitch: 3, roll: 0.5 },
  geometry: { turn: -0.2, noseDrop: 0.4, eyeOpenness: 0.3, mouthOpenness: 0.01, eyesToJaw: 0.5 },
  colours: { skin: [120, 90, 80], background: null },
  digest: Uint8Array.from({ length: DIGEST_BYTES }, (_, i) => 255 - i),
  features: vector,
  probe: { modelId: MODEL, presentation: { network: 0.97, moire: null, border: 0.1 } },
};

const failures: FailureToAcquire[] = [
  { outcome: 'no_face' },
  { outcome: 'multiple_faces', count: 3 },
  { outcome: 'poor_quality', reasons: ['too_dark', 'blurred'] },
  { outcome: 'unsupported_image', detail: 'This is a PDF file. Send a JPEG, PNG or WebP picture.' },
  { outcome: 'image_too_large', detail: 'The file is larger than 10 MB. Send a smaller picture.' },
];

/** As the other program reads what this one writes. */
function sent<T extends z.ZodType>(schema: T, answer: z.output<T>): z.output<T> {
  return z.decode(schema, JSON.parse(JSON.stringify(z.encode(schema, answer))) as z.input<T>);
}

describe('the wire between a server and a face recognition service', () => {
  it.each<CaptureOutcome>([captured, { outcome: 'presentation_attack' }, ...failures])(
    'carries what became of a still: $outcome',
    (outcome) => {
      expect(sent(captureAnswerSchema, { ...about, outcome })).toStrictEqual({ ...about, outcome });
    },
  );

  it.each<FrameOutcome>([observed, { ...observed, probe: null, reasons: [] }, ...failures])(
    'carries what became of a frame: $outcome',
    (outcome) => {
      expect(sent(observeAnswerSchema, { ...about, outcome })).toStrictEqual({ ...about, outcome });
    },
  );

  it('writes vectors as base64 of little-endian single precision', () => {
    const { outcome } = z.encode(captureAnswerSchema, { ...about, outcome: captured });
    expect(outcome).toMatchObject({ template: { vector: 'mpkZP83MTL8AAAAAAAAAAA==' } });
  });

  it('passes over what a newer program adds', () => {
    const json = {
      ...about,
      stages: { decode: 1, dreaming: 2 },
      outcome: { outcome: 'no_face', mood: 'good' },
    };
    expect(z.decode(captureAnswerSchema, json as never)).toStrictEqual({
      ...about,
      stages: { decode: 1 },
      outcome: { outcome: 'no_face' },
    });
  });

  const floats = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer).toString('base64');
  it.each([
    ['is not base64', '?'],
    ['is empty', ''],
    ['breaks off within a number', floats(0.6, 0.8).slice(0, 4) + 'AA=='],
    ['has no direction', floats(0, 0)],
    ['is not of unit length', floats(0.6, 0.9)],
    ['holds what is no number', floats(1, Number.NaN)],
    ['holds what is not finite', floats(1, Number.POSITIVE_INFINITY)],
  ])('refuses a vector that %s', (_, text) => {
    const json = z.encode(captureAnswerSchema, { ...about, outcome: captured });
    const altered = { ...json, outcome: { ...json.outcome, template: { modelId: MODEL, vector: text } } };
    expect(z.safeDecode(captureAnswerSchema, altered as never).success).toBe(false);
  });

  it('refuses a digest of another length', () => {
    const json = z.encode(observeAnswerSchema, { ...about, outcome: observed });
    const altered = { ...json, outcome: { ...json.outcome, digest: 'AAAA' } };
    expect(z.safeDecode(observeAnswerSchema, altered as never).success).toBe(false);
  });
});
