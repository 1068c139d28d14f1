import type { Hint, Stage } from '@vultus/client';
import { expect, it } from 'vitest';

import { stageInstruction } from './instruction.js';

const instruction = (stage: Stage, hint: Hint | null) =>
  stageInstruction({
    name: 'movement',
    shown: { type: 'stage', stage, nonce: '', deadline_ms: 7000, done: 0, total: 3 },
    hint,
  });

it('says what is asked for, until something stands in the way', () => {
  const turn: Stage = { kind: 'movement', movement: 'turn_left' };
  expect(instruction(turn, null)).toBe('movement.turn_left');
  expect(instruction(turn, 'turn_left')).toBe('movement.turn_left');
  expect(instruction(turn, 'show_face')).toBe('hint.show_face');
  expect(instruction({ kind: 'position' }, null)).toBe('stage.position');
  expect(instruction({ kind: 'position' }, 'move_closer')).toBe('hint.move_closer');
});

it('praises a movement that was seen, and only asks for rest elsewhere', () => {
  expect(instruction({ kind: 'movement', movement: 'nod' }, 'return_to_rest')).toBe('movement.return');
  expect(instruction({ kind: 'rest' }, 'return_to_rest')).toBe('hint.return_to_rest');
});
