import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

import { fingerprintOf, sha256 } from './model-identity.js';
import { clearNegligibleWeights } from './negligible-weights.js';

/** On the way from a picture to a template: what a calibration is bound to. */
const TEMPLATE_TASKS = ['detection', 'landmarks', 'recognition'] as const;
export const MODEL_TASKS = [...TEMPLATE_TASKS, 'presentation_attack_detection', 'head_pose'] as const;
export type ModelTask = (typeof MODEL_TASKS)[number];

/** One number for all channels, or one for each in the order of the picture: red, green, blue. */
function perChannel<T extends z.ZodType<number>>(value: T) {
  return z.union([value, z.tuple([value, value, value])]);
}

const entrySchema = z.strictObject({
  task: z.enum(MODEL_TASKS),
  id: z.string().regex(/^[\w.-]+$/),
  file: z.string().regex(/^[\w.-]+\.onnx$/),
  /** Where the file lies inside the package that it comes from. */
  path: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  input: z.strictObject({
    width: z.int().positive(),
    height: z.int().positive(),
    channels: z.enum(['rgb', 'bgr', 'grey']),
    mean: perChannel(z.number()),
    scale: perChannel(z.number().positive()),
  }),
  dimensions: z.int().positive().optional(),
});
export type ModelEntry = z.infer<typeof entrySchema>;

const manifestSchema = z.strictObject({
  source: z.strictObject({ npm: z.string(), integrity: z.string(), licence: z.string() }),
  models: z.array(entrySchema),
});
export type ModelManifest = z.infer<typeof manifestSchema>;

/** A model whose bytes are known to be the ones that the manifest names, but for what cannot count in them. */
export interface VerifiedModel {
  readonly entry: ModelEntry;
  readonly bytes: Uint8Array;
}

export type ModelPack = Readonly<Record<ModelTask, VerifiedModel>>;

/** A model file is missing or is not the one that was calibrated; the message says what to do. */
export class ModelPackError extends Error {
  override readonly name = 'ModelPackError';
}

/** @throws ModelPackError when there is none, or it is not a manifest */
export async function readManifest(directory: string): Promise<ModelManifest> {
  const file = path.join(directory, 'manifest.json');
  try {
    return manifestSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new ModelPackError(`${file} is missing or is no manifest of models`, { cause });
  }
}

/**
 * Reads every model of the pack and compares it with its checksum.
 *
 * @throws ModelPackError when a file is missing or altered: a wrong model must stop the start, for it
 *         would otherwise show itself only as scores that mean something else
 */
export async function loadModelPack(directory: string): Promise<ModelPack> {
  const { models } = await readManifest(directory);
  const loaded = await Promise.all(
    MODEL_TASKS.map(async (task) => {
      const entry = models.find((model) => model.task === task);
      if (!entry) throw new ModelPackError(`models/manifest.json names no model for ${task}`);
      return [task, { entry, bytes: await readVerified(directory, entry) }] as const;
    }),
  );
  return Object.fromEntries(loaded) as ModelPack;
}

async function readVerified(directory: string, entry: ModelEntry): Promise<Uint8Array> {
  let file: Buffer;
  try {
    file = await readFile(path.join(directory, entry.file));
  } catch {
    throw new ModelPackError(`The model ${entry.file} is missing. Run: npm run models`);
  }
  if (sha256(file) !== entry.sha256) {
    throw new ModelPackError(
      `The model ${entry.file} is not the file that the manifest names. Delete it and run: npm run models`,
    );
  }
  // One copy for all threads that make sessions of it.
  const bytes = new Uint8Array(new SharedArrayBuffer(file.byteLength));
  bytes.set(file);
  clearNegligibleWeights(bytes);
  return bytes;
}

/** What a calibration was measured with, or has to have been. */
export interface CalibratedPipeline {
  /** Of the recognition model: names the calibration. */
  readonly id: string;
  readonly pipelineSha256: string;
}

export function calibratedPipeline(pack: ModelPack): CalibratedPipeline {
  return { id: pack.recognition.entry.id, pipelineSha256: pipelineFingerprint(pack) };
}

/** What decides the scores: every model on the way to a template. A calibration holds for one such pipeline. */
export function pipelineFingerprint(pack: ModelPack): string {
  return fingerprintOf(TEMPLATE_TASKS.map((task) => pack[task]));
}
