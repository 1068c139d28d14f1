/** Random hexadecimal digits have 14 to 16 different ones among 32, random base64 more. */
const LEAST_DIFFERENT = 8;

/** Long enough that a random text does not have them by chance. */
const PLACEHOLDERS =
  /change[-_ ]?me|password|example|placeholder|secret|default|your[-_]|12345678|abcdefgh|qwerty/i;

/** @returns why the value was hardly drawn at random; null for what may have been */
export function weaknessOf(secret: string): string | null {
  if (new Set(secret).size < LEAST_DIFFERENT) return 'has only a few different characters';
  if (/^(.{1,16}?)\1+$/s.test(secret)) return 'repeats itself';
  if (PLACEHOLDERS.test(secret)) return 'looks like a placeholder';
  return null;
}

/** @param key bytes */
export function weaknessOfKey(key: Uint8Array): string | null {
  if (new Set(key).size < LEAST_DIFFERENT) return 'has only a few different bytes';
  const steps = new Set(Array.from(key.subarray(1), (byte, i) => (byte - key[i]! + 256) % 256));
  return steps.size === 1 ? 'counts instead of being random' : null;
}
