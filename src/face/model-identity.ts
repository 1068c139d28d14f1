import { createHash } from 'node:crypto';

import type { TensorSpec } from './tensor-spec.js';

/** What of a model tells it from others. Apart from the manifest's reader, which is large: workers need this only. */
interface IdentifiedModel {
  readonly entry: {
    readonly id: string;
    readonly task: string;
    /** Of the file. */
    readonly sha256: string;
    readonly input: TensorSpec;
  };
}

/**
 * What decides the features of a template: the recognition model's weights and how its input is made. Part
 * of every stored template's model id, so that features of other weights are never compared with these.
 */
export function templateModelId({ recognition }: { readonly recognition: IdentifiedModel }): string {
  return `${recognition.entry.id}@${fingerprintOf([recognition]).slice(0, 12)}`;
}

/** @returns hexadecimal; the same for the same weights and inputs in the same order */
export function fingerprintOf(models: readonly IdentifiedModel[]): string {
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
