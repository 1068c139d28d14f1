import type { BiometricReference } from '../storage/port.js';
import { associatedData, unseal } from './sealing.js';
import type { TemplateKey } from './template-keys.js';

/** Once everything was sealed under the template key itself, and templates were stored as the model made them. */
const VERSION = 1;

/** What was opened, and under which key; null when none of them opens it. */
type Opened = { readonly plain: Buffer; readonly keyId: string } | null;

export function isFirstVersion(ciphertext: Uint8Array): boolean {
  return ciphertext[0] === VERSION;
}

export function openFirstReference(
  keys: readonly TemplateKey[],
  accountId: string,
  { modelId, ciphertext }: BiometricReference,
): Opened {
  return open(keys, ciphertext, associatedData('vultus-template', VERSION, accountId, modelId));
}

export function openFirstRecord(
  keys: readonly TemplateKey[],
  accountId: string,
  ciphertext: Uint8Array,
): Opened {
  return open(keys, ciphertext, associatedData('vultus-live-record', VERSION, accountId));
}

/** It does not name its key: all are tried. */
function open(keys: readonly TemplateKey[], ciphertext: Uint8Array, data: Uint8Array): Opened {
  for (const { id, bytes } of keys) {
    const plain = unseal(bytes, ciphertext.subarray(1), data);
    if (plain) return { plain, keyId: id };
  }
  return null;
}
