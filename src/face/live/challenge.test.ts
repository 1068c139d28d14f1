import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type Abilities, LIGHT_MODES, MOVEMENTS, type Movement, RandomChallenges } from './challenge.js';

const challenges = new RandomChallenges();
const CLEAR: readonly Movement[] = ['turn_left', 'turn_right', 'open_mouth'];
const abilities = fc.record({
  movements: fc.subarray([...MOVEMENTS]),
  light: fc.constantFrom(...LIGHT_MODES),
});
const movementsOf = (drawn: ReturnType<RandomChallenges['draw']>) =>
  (drawn ?? []).flatMap((step) => (step.kind === 'movement' ? [step.movement] : []));

describe('a random challenge', () => {
  it('asks only for what the person can do', () => {
    fc.assert(
      fc.property(abilities, (able) => {
        const drawn = challenges.draw(able, 10);
        for (const movement of movementsOf(drawn)) expect(able.movements).toContain(movement);
        const lights = (drawn ?? []).filter((step) => step.kind === 'light');
        expect(lights).toHaveLength(drawn && able.light !== 'none' ? 1 : 0);
        for (const light of lights) expect(light).toMatchObject({ mode: able.light });
      }),
    );
  });

  it.each<[string, Abilities, boolean]>([
    ['one movement beside the light', { movements: ['nod'], light: 'low' }, true],
    ['no movement at all', { movements: [], light: 'full' }, false],
    ['two movements without the light', { movements: ['nod', 'open_mouth'], light: 'none' }, false],
    ['three without the light', { movements: ['nod', 'open_mouth', 'blink'], light: 'none' }, true],
  ])('needs something to choose from: %s', (_, able, enough) => {
    expect(challenges.draw(able, 10) !== null).toBe(enough);
  });

  it('does not lean on any one movement: each can be left out', () => {
    for (const missing of MOVEMENTS) {
      const movements = MOVEMENTS.filter((movement) => movement !== missing);
      expect(challenges.draw({ movements, light: 'none' }, 10)).not.toBeNull();
    }
  });

  it('asks for more movements where the light is declined', () => {
    expect(movementsOf(challenges.draw({ movements: [...MOVEMENTS], light: 'full' }, 10))).toHaveLength(2);
    expect(movementsOf(challenges.draw({ movements: [...MOVEMENTS], light: 'none' }, 10))).toHaveLength(6);
  });

  it('never asks for the same movement or colour twice running', () => {
    fc.assert(
      fc.property(abilities, ({ movements, light }) => {
        fc.pre(movements.length > 1);
        const drawn = challenges.draw({ movements, light }, 10) ?? [];
        const colours = drawn.flatMap((step) => (step.kind === 'light' ? step.colours : []));
        for (const sequence of [movementsOf(drawn), colours]) {
          for (const [i, item] of sequence.entries()) expect(item).not.toBe(sequence[i - 1]);
        }
      }),
    );
  });

  it('does not ask for a blink that too few frames would show', () => {
    const able: Abilities = { movements: ['blink', 'nod', 'open_mouth'], light: 'none' };
    expect(challenges.draw(able, 7.9)).toBeNull();
    const more: Abilities = { ...able, movements: [...able.movements, 'come_closer'] };
    for (let i = 0; i < 50; i++) expect(movementsOf(challenges.draw(more, 7.9))).not.toContain('blink');
    const asked = Array.from({ length: 50 }, () => movementsOf(challenges.draw(able, 8))).flat();
    expect(asked).toContain('blink');
  });

  it('asks for the less clear movements only where there are too few others', () => {
    const few: Abilities = { movements: ['blink', 'nod', 'come_closer', 'open_mouth'], light: 'none' };
    const drawn = Array.from({ length: 50 }, () => movementsOf(challenges.draw(few, 10))).flat();
    expect(new Set(drawn)).toEqual(new Set<Movement>(few.movements));
  });

  it('asks for every clear movement at times, and in no order that repeats', () => {
    const drawn = Array.from({ length: 300 }, () =>
      movementsOf(challenges.draw({ movements: [...MOVEMENTS], light: 'none' }, 10)),
    );
    expect(new Set(drawn.flat())).toEqual(new Set<Movement>(CLEAR));
    // Of 3 × 2⁵ = 96 orders, 300 draws show about 92.
    expect(new Set(drawn.map((movements) => movements.join())).size).toBeGreaterThan(75);
  });
});
