import { z } from 'zod';

import type { CaptureOutcome, CapturePurpose, QualityReason } from '../capture.js';
import type { EngineStage, StageTimes } from '../engine-report.js';
import { DIGEST_BYTES } from '../frame-digest.js';
import type { FrameOutcome } from '../frame-observation.js';

/**
 * What a server and a face recognition service say to each other: the published contract, and calls of our own beside
 * it, which carry all that a worker in the same process would say. Each schema reads with `z.decode` what it has written
 * with `z.encode`; fields that a newer program adds are passed over.
 */

/** Carries the API key of every call. */
export const KEY_HEADER = 'key';

/** Published: what a picture without a face, or with several, is answered with, as 200 `{"error": …}`. */
export const PUBLISHED_ERRORS = {
  no_face: 'No face detected in the uploaded image',
  multiple_faces: 'Multiple faces detected in the uploaded image',
} as const;

/** Published: the fields of the forms. */
export const PUBLISHED_FIELDS = { image: 'image', vector: 'fv' } as const;

/** Published: `POST /image-embedding`, and `POST /compare-faces`. */
export const publishedErrorSchema = z.object({ error: z.string() });
export const publishedEmbeddingSchema = z.object({ fv: z.array(z.number()).min(1) });
export const publishedComparisonSchema = z.object({ cosine_similarity: z.number().min(-1).max(1) });

/** The bodies of `POST /capture` and `POST /observe` are encoded pictures, and nothing around them. */
export const SAMPLE_MEDIA_TYPE = 'application/octet-stream';

const purposeSchema = z.enum(['enrolment', 'verification']) satisfies z.ZodType<CapturePurpose>;
const switchSchema = z.enum(['on', 'off']);

/** The query of `POST /capture`. With `presentation=off` nothing is said about presentation attacks: `not_checked`. */
export const captureQuerySchema = z.strictObject({
  purpose: purposeSchema,
  presentation: switchSchema.default('on'),
});

/** The query of `POST /observe`. */
export const observeQuerySchema = z.strictObject({ purpose: purposeSchema });

/** `GET /model`: whose templates these are, and what the service can do. */
export const modelAnswerSchema = z.object({
  /** Of the templates: only those of the same id can be compared. */
  model_id: z.string().min(1).max(200),
  /** Under which name its calibration is kept. */
  recognition_model: z.string().regex(/^[\w.-]+$/),
  /** What a calibration is bound to (`pipelineFingerprint`). */
  pipeline_sha256: z.string().regex(/^[0-9a-f]{64}$/),
  workers: z.int().positive(),
  checks: z.object({ presentation: z.boolean(), live: z.boolean() }),
  limits: z.object({ max_bytes: z.int().positive(), max_pixels: z.int().positive() }),
});
export type ModelAnswer = z.infer<typeof modelAnswerSchema>;

const bytes = z.codec(
  z.base64(),
  z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  {
    decode: (text) => new Uint8Array(Buffer.from(text, 'base64')),
    encode: (values) => Buffer.from(values).toString('base64'),
  },
);

/** Single precision, little-endian, whatever machine it is. */
const floats = z.codec(
  z.base64(),
  z.custom<Float32Array>((value) => value instanceof Float32Array),
  {
    decode: (text, context) => {
      const buffer = Buffer.from(text, 'base64');
      const values = Float32Array.from({ length: buffer.length >> 2 }, (_, i) => buffer.readFloatLE(4 * i));
      if (buffer.length > 0 && buffer.length % 4 === 0 && values.every(Number.isFinite)) return values;
      context.issues.push({
        code: 'custom',
        message: 'must be finite numbers of four bytes each',
        input: text,
      });
      return z.NEVER;
    },
    encode: (values) => {
      const buffer = Buffer.alloc(4 * values.length);
      values.forEach((value, i) => buffer.writeFloatLE(value, 4 * i));
      return buffer.toString('base64');
    },
  },
);

const SINGLE_PRECISION = 1e-3;
const unitVector = floats.refine(
  (values) => Math.abs(Math.hypot(...values) - 1) < SINGLE_PRECISION,
  'must have the length 1',
);

const part = z.number().min(0).max(1);
/** Of a picture of poor quality. */
export const qualityReasonsSchema = z
  .array(
    z.enum([
      'face_too_small',
      'too_dark',
      'too_bright',
      'blurred',
      'turned_away',
      'cut_off',
    ]) satisfies z.ZodType<QualityReason>,
  )
  .readonly();

const noFace = z.object({ outcome: z.literal('no_face') });
const multipleFaces = z.object({ outcome: z.literal('multiple_faces'), count: z.int().min(2) });
const poorQuality = z.object({ outcome: z.literal('poor_quality'), reasons: qualityReasonsSchema });
const unsupportedImage = z.object({ outcome: z.literal('unsupported_image'), detail: z.string() });
const imageTooLarge = z.object({ outcome: z.literal('image_too_large'), detail: z.string() });
const failures = [noFace, multipleFaces, poorQuality, unsupportedImage, imageTooLarge] as const;

const captureOutcomeSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('captured'),
    template: z.object({ modelId: z.string(), vector: unitVector }),
    qualityScore: part,
    presentation: z.enum(['not_checked', 'bona_fide']),
  }),
  z.object({ outcome: z.literal('presentation_attack') }),
  ...failures,
]) satisfies z.ZodType<CaptureOutcome>;

const colour = z.tuple([z.number(), z.number(), z.number()]).readonly();

const frameOutcomeSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('observed'),
    place: z.object({ left: z.number(), top: z.number(), width: z.number(), height: z.number() }),
    reasons: qualityReasonsSchema,
    qualityScore: part,
    pose: z.object({ yaw: z.number(), pitch: z.number(), roll: z.number() }),
    geometry: z.object({
      turn: z.number(),
      noseDrop: z.number(),
      eyeOpenness: z.number(),
      mouthOpenness: z.number(),
      eyesToJaw: z.number(),
    }),
    colours: z.object({ skin: colour, background: colour.nullable() }),
    digest: bytes.refine((digest) => digest.length === DIGEST_BYTES, 'must be the digest of a frame'),
    features: unitVector,
    probe: z
      .object({
        modelId: z.string(),
        presentation: z.object({ network: z.number(), moire: z.number().nullable(), border: z.number() }),
      })
      .nullable(),
  }),
  ...failures,
]) satisfies z.ZodType<FrameOutcome>;

const milliseconds = z.number().nonnegative();
const stages = z.object({
  decode: milliseconds.exactOptional(),
  detection: milliseconds.exactOptional(),
  landmarks: milliseconds.exactOptional(),
  quality: milliseconds.exactOptional(),
  presentation: milliseconds.exactOptional(),
  scene: milliseconds.exactOptional(),
  head_pose: milliseconds.exactOptional(),
  recognition: milliseconds.exactOptional(),
} satisfies Record<EngineStage, unknown>) satisfies z.ZodType<StageTimes>;

function engineAnswer<T extends z.ZodType>(outcome: T) {
  return z.object({
    /** Of the program that looked at this picture: it may be another one than that of `GET /model`. */
    model_id: z.string(),
    /** Milliseconds in the worker, waiting not included. */
    ms: milliseconds,
    stages,
    outcome,
  });
}

/** The answer of `POST /capture`. That a picture gave no template is an answer like any other. */
export const captureAnswerSchema = engineAnswer(captureOutcomeSchema);
/** The answer of `POST /observe`. */
export const observeAnswerSchema = engineAnswer(frameOutcomeSchema);
