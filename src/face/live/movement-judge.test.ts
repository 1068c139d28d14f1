import { describe, expect, it } from 'vitest';

import { madeUpFace } from '../../../test/support/made-up-face.js';
import { MOVEMENTS, type Movement } from './challenge.js';
import { MovementJudge, isAtRest, movementAmount } from './movement-judge.js';

const REST = {
  yaw: -4,
  pitch: 2,
  turn: 0.05,
  noseDrop: 0.5,
  eyeOpenness: 0.3,
  mouthOpenness: 0.02,
  eyesToJaw: 0.45,
  size: 0.5,
};
/** Each movement in full. */
const MADE: Record<Movement, ReturnType<typeof madeUpFace>> = {
  turn_left: madeUpFace({ yaw: -22, turn: 0.27 }),
  turn_right: madeUpFace({ yaw: 14, turn: -0.17 }),
  open_mouth: madeUpFace({ mouthOpenness: 0.4 }),
  blink: madeUpFace({ eyeOpenness: 0.18 }),
  nod: madeUpFace({ pitch: -10, noseDrop: 0.65 }),
  come_closer: madeUpFace({ size: 0.8, eyesToJaw: 0.465 }),
};
const still = madeUpFace();

const judge = (movement: Movement, frames: readonly ReturnType<typeof madeUpFace>[], everyMs = 100) => {
  const movementJudge = new MovementJudge(movement, REST);
  return frames.map((frame, i) => movementJudge.look(frame, i * everyMs));
};

describe.each(MOVEMENTS)('%s', (movement) => {
  const made = MADE[movement];

  it('is done when it was begun at rest, made in full, and taken back', () => {
    expect(judge(movement, [still, made, made, still]).at(-1)).toBe('done');
  });

  it('does not count when it was under way before it was asked for', () => {
    expect(judge(movement, [made, made, made, still])).not.toContain('done');
  });

  it('is not done while it lasts', () => {
    expect(judge(movement, [still, ...Array<typeof made>(30).fill(made)])).not.toContain('done');
  });

  it('is wrong when another distinct one is made instead', () => {
    for (const other of ['turn_left', 'turn_right', 'open_mouth'] as const) {
      if (other === movement) continue;
      expect(judge(movement, [still, MADE[other], MADE[other]]), other).toContain('wrong');
    }
  });

  it('is not done by anything else', () => {
    for (const other of MOVEMENTS.filter((name) => name !== movement)) {
      const verdicts = judge(movement, [still, MADE[other], MADE[other], still]);
      expect(verdicts, other).not.toContain('done');
    }
  });

  it('does not count what nobody saw', () => {
    expect(judge(movement, [still, made, made, still], 1_200)).not.toContain('done');
  });
});

describe('a turn', () => {
  it('needs both measures: a picture that is bent or moved shows only one', () => {
    for (const half of [
      madeUpFace({ yaw: -22 }),
      madeUpFace({ turn: 0.27 }),
      madeUpFace({ yaw: -22, turn: -0.17 }),
    ]) {
      expect(movementAmount('turn_left', half, REST)).toBeLessThan(0.5);
    }
  });

  it('to the other side is wrong, but not for one frame', () => {
    const { turn_left: left, turn_right: right } = MADE;
    expect(judge('turn_left', [still, right, still, left, left, still]).at(-1)).toBe('done');
    expect(judge('turn_left', [still, right, right])).toContain('wrong');
  });

  it('is a change from the rest of this person, not an angle', () => {
    const looksAside = { ...REST, yaw: -12, turn: 0.16 };
    expect(movementAmount('turn_left', MADE.turn_left, looksAside)).toBeLessThan(1);
    expect(movementAmount('turn_left', MADE.turn_left, REST)).toBeGreaterThan(1);
  });
});

describe('a blink', () => {
  it('is over soon: eyes that stay closed are not blinking', () => {
    expect(judge('blink', [still, ...Array<typeof still>(12).fill(MADE.blink), still])).not.toContain('done');
    expect(judge('blink', [still, MADE.blink, still]).at(-1)).toBe('done');
  });

  it('is not a picture that is tilted, which is lower everywhere', () => {
    const tilted = madeUpFace({ eyeOpenness: 0.18, noseDrop: 0.3 });
    expect(movementAmount('blink', tilted, REST)).toBe(0);
  });

  it('is not the lid of somebody who looks down', () => {
    expect(movementAmount('blink', madeUpFace({ eyeOpenness: 0.15, pitch: -9 }), REST)).toBe(0);
  });
});

it('rest is what none of the large movements has begun', () => {
  expect(isAtRest(still, REST)).toBe(true);
  for (const movement of ['turn_left', 'turn_right', 'open_mouth', 'come_closer'] as const) {
    expect(isAtRest(MADE[movement], REST), movement).toBe(false);
  }
});
