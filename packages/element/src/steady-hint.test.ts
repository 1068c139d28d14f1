import type { Hint } from '@vultus/client';
import { expect, it } from 'vitest';

import { SteadyHint } from './steady-hint.js';

/** @returns what is shown after each hint of a series, one every 100 ms */
const shownAfter = (hints: readonly (Hint | null)[]) => {
  const steady = new SteadyHint();
  return hints.map((hint, i) => {
    steady.hear(hint, 1_000 + i * 100);
    return steady.shown;
  });
};

it('shows a hint that has been the same for half a second', () => {
  const shown = shownAfter(Array<Hint>(7).fill('too_dark'));
  expect(shown).toEqual([null, null, null, null, null, 'too_dark', 'too_dark']);
});

it('does not flicker', () => {
  const shown = shownAfter(
    Array.from({ length: 20 }, (_, i) => (i % 3 === 0 ? 'move_closer' : 'hold_still')),
  );
  expect(new Set(shown)).toEqual(new Set([null]));
});

it('takes a hint back when there has been nothing to say for as long', () => {
  const shown = shownAfter([...Array<Hint>(6).fill('too_dark'), ...Array<null>(6).fill(null)]);
  expect(shown[5]).toBe('too_dark');
  expect(shown[10]).toBe('too_dark');
  expect(shown[11]).toBe(null);
});

it('says sooner that a movement was seen', () => {
  expect(shownAfter(['return_to_rest', 'return_to_rest', 'return_to_rest'])[2]).toBe('return_to_rest');
});

it('begins anew with each stage', () => {
  const steady = new SteadyHint();
  steady.hear('too_dark', 0);
  steady.hear('too_dark', 600);
  steady.reset();
  expect(steady.shown).toBe(null);
  expect(steady.hear('too_dark', 700)).toBe(false);
});
