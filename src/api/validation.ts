import { StandardSchemaValidationPipe, type StandardSchemaValidationPipeOptions } from '@nestjs/common';

import { Problem } from './problems.js';

type Issue = Parameters<NonNullable<StandardSchemaValidationPipeOptions['exceptionFactory']>>[0][number];

/** What is wrong is said up to here: a body made of faults would otherwise make an answer many times its size. */
const MAX_ERRORS = 20;
const MAX_FIELD_LENGTH = 100;
const MAX_MESSAGE_LENGTH = 200;

/** Checks bodies against the schema of their parameter; each issue becomes a field error. */
export function createValidationPipe(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({
    exceptionFactory: (issues) =>
      new Problem('validation_failed', {
        errors: issues.slice(0, MAX_ERRORS).map((issue) => ({
          field: fieldOf(issue),
          code: 'code' in issue && typeof issue.code === 'string' ? issue.code : 'invalid',
          message: issue.message.slice(0, MAX_MESSAGE_LENGTH),
        })),
      }),
  });
}

/** The path of the field; for fields that nobody knows, which have no path of their own, their names. */
function fieldOf(issue: Issue): string {
  if ('keys' in issue && Array.isArray(issue.keys)) {
    return issue.keys.map(String).join(', ').slice(0, MAX_FIELD_LENGTH);
  }
  const path = issue.path ?? [];
  return path
    .map((part) => String(typeof part === 'object' ? part.key : part))
    .join('.')
    .slice(0, MAX_FIELD_LENGTH);
}
