import { ConfigError } from '../../config/config.js';
import { EngineUnavailable } from '../../face/biometric-engine.js';
import { CalibrationError } from '../../face/calibration.js';
import { ModelPackError } from '../../face/model-pack.js';
import { FaceServiceError } from '../../face/remote/face-service-error.js';
import { StorageUnavailable } from '../../storage/port.js';
import { UsageError } from '../usage-error.js';

/** `skipped`: it could not be looked at, or there is nothing to look at. */
export type Verdict = 'ok' | 'warning' | 'failed' | 'skipped';

export interface Finding {
  /** What was looked at, in a word or two. */
  readonly check: string;
  readonly verdict: Verdict;
  readonly says: string;
  /** What to do about it. */
  readonly advice?: string;
}

type Maker = (says: string, advice?: string) => Finding;

/** Makes the findings of one check. */
export function findings(check: string): Readonly<Record<Verdict, Maker>> {
  const maker =
    (verdict: Verdict): Maker =>
    (says, advice) => ({ check, verdict, says, ...(advice === undefined ? {} : { advice }) });
  return { ok: maker('ok'), warning: maker('warning'), failed: maker('failed'), skipped: maker('skipped') };
}

/** Whatever was found, or that it took too long, or how it failed: a check never throws. */
export async function bounded(
  check: string,
  milliseconds: number,
  work: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<readonly Finding[]>((resolve) => {
    timer = setTimeout(() => {
      resolve([findings(check).failed(`gave no answer within ${milliseconds / 1000} s`)]);
    }, milliseconds);
  });
  try {
    return await Promise.race([work(), deadline]);
  } catch (error) {
    return [findings(check).failed(wordsOf(error))];
  } finally {
    clearTimeout(timer);
  }
}

const EXPECTED = [
  ConfigError,
  ModelPackError,
  CalibrationError,
  StorageUnavailable,
  EngineUnavailable,
  FaceServiceError,
  UsageError,
];

/** Sentences of ours as they are. Of others' errors the kind only: their words may quote what they were given. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return 'met an unexpected error';
  // Some have a line for each service: a table has none to spare.
  if (EXPECTED.some((kind) => error instanceof kind)) return error.message.replaceAll(/\s*\n\s*/g, ' ');
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code !== undefined) return `met the error ${code}${syscall === undefined ? '' : ` at ${syscall}`}`;
  return `met an unexpected error (${error.name})`;
}
