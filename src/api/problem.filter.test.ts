import { expect, it } from 'vitest';

import { AuthError } from '../auth/auth-error.js';
import { toProblem } from './problem.filter.js';

it.each([
  [30, 30],
  [3600, 3600],
  // A new sign-in may be started at once.
  [null, 1],
])('whoever has tried too often learns when to try again: %s', (retryAfterSeconds, expected) => {
  const problem = toProblem(new AuthError('too_many_attempts', [], retryAfterSeconds));
  expect(problem.code).toBe('too_many_attempts');
  expect(problem.options.retryAfterSeconds).toBe(expected);
});

it('what nobody expected keeps its words to itself', () => {
  expect(toProblem(new Error('the password was hunter2'))).toMatchObject({
    code: 'internal_error',
    options: {},
  });
  expect(toProblem('thrown text').code).toBe('internal_error');
});
