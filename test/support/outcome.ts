import { AuthError } from '../../src/auth/auth-error.js';

/** For several calls at once, of which some are refused. @returns the code of the refusal, or `done` */
export async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (error instanceof AuthError) return error.code;
    throw error;
  }
}
