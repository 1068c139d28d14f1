import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

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

/** A model whose bytes are known to be the ones that the manifest names. */
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
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path.join(directory, entry.file));
  } catch {
    throw new ModelPackError(`The model ${entry.file} is missing. Run: npm run models`);
  }
  if (sha256(bytes) !== entry.sha256) {
    throw new ModelPackError(
      `The model ${entry.file} is not the file that the manifest names. Delete it and run: npm run models`,
    );
  }
  return bytes;
}

/**
 * What decides the features of a template: the recognition model's weights and how its input is made. Part
 * of every stored template's model id, so that features of other weights are never compared with these.
 */
export function templateModelId({ recognition }: ModelPack): string {
  return `${recognition.entry.id}@${fingerprint([recognition]).slice(0, 12)}`;
}

/** What decides the scores: every model on the way to a template. A calibration holds for one such pipeline. */
export function pipelineFingerprint(pack: ModelPack): string {
  return fingerprint(TEMPLATE_TASKS.map((task) => pack[task]));
}

function fingerprint(models: readonly VerifiedModel[]): string {
  const parts = models.map(({ entry: { task, sha256: weights, input } }) => [
    task,
    weights,
    input.width,
    input.height,
    input.channels,
    input.mean,
    input.scale,
  ]);
  return sha256(Buffer.from(JSON.stringify(parts)));
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
