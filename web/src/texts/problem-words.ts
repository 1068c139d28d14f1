import type { ProblemCode } from '@vultus/client';

/** Codes of single fields (docs/errors.md) that people can do something about. `{n}` is the number the server names. */
export const FIELD_CODES = [
  'invalid_email',
  'too_short',
  'too_long',
  'too_common',
  'same_as_email',
  'not_in_force',
] as const;

/** Of poor quality, of a failed live check, of a live session that ended (docs/errors.md). */
export const REASONS = [
  'face_too_small',
  'too_dark',
  'too_bright',
  'blurred',
  'turned_away',
  'cut_off',
  'not_positioned',
  'abilities_insufficient',
  'step_timed_out',
  'wrong_movement',
  'face_lost',
  'several_people',
  'person_changed',
  'camera_frozen',
  'light_not_reflected',
  'idle',
  'timed_out',
  'gone',
  'superseded',
  'protocol_violated',
  'shutting_down',
] as const;

export type FieldCode = (typeof FIELD_CODES)[number];
export type Reason = (typeof REASONS)[number];

/** What the page says about refusals, in one language. */
export interface ProblemWords {
  readonly codes: Readonly<Record<ProblemCode, string>>;
  readonly reasons: Readonly<Record<Reason, string>>;
  readonly fields: Readonly<Record<FieldCode, string>>;
  /** A field is wrong in a way that has no words of its own. */
  readonly otherField: string;
  readonly unreachable: string;
  /** A fault of this page. */
  readonly fault: string;
}
