import { ZodError } from 'zod';

/** What was asked cannot be done as it stands; the message says what to change. The command ends with code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The words of an error that something else raised, on one line, for the end of a sentence of ours. */
export function reasonOf(error: unknown): string {
  if (error instanceof ZodError) {
    return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}
