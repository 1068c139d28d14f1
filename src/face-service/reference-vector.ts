import { Problem } from '../api/problems.js';
import { PUBLISHED_FIELDS } from '../face/remote/wire-format.js';

/** The longest text of numbers that is read: room for some 3000 of full length. */
export const MAX_VECTOR_TEXT_BYTES = 64 * 1024;

/**
 * The reference that a caller of `/compare-faces` brings: a JSON array as text, of any length but zero, for only its
 * direction counts.
 *
 * @param text undefined when it is not in the form
 * @throws Problem `validation_failed` with what is wrong with it
 */
export function readVector(text: string | undefined): Float32Array {
  if (text === undefined) {
    throw refusal('missing', 'Send the numbers of a face, as /image-embedding gives them, in this field.');
  }
  const numbers = parse(text);
  if (!Array.isArray(numbers) || !numbers.every((value) => typeof value === 'number')) {
    throw refusal('invalid_type', 'This is no JSON array of numbers, such as [0.0123,-0.0456].');
  }
  const vector = Float32Array.from(numbers);
  if (!vector.every(Number.isFinite)) {
    throw refusal('not_finite', 'There are numbers in it that are too large to be those of a face.');
  }
  if (!vector.some((value) => value !== 0)) {
    throw refusal('no_direction', 'Without a number that is not 0 there is nothing to compare.');
  }
  return vector;
}

/** @throws Problem `validation_failed` when the vector is not of this model */
export function requireLength(vector: Float32Array, dimensions: number): void {
  if (vector.length === dimensions) return;
  throw refusal(
    'invalid_length',
    `There are ${vector.length} numbers in it; those of the model in use are ${dimensions}. Was it made with another one?`,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refusal(code: string, message: string): Problem {
  return new Problem('validation_failed', { errors: [{ field: PUBLISHED_FIELDS.vector, code, message }] });
}
