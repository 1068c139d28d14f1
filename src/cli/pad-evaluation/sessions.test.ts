import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { LabelledImage } from './labels-file.js';
import { sessionsOf } from './sessions.js';

const frames = (subject: string, species: string | null, count: number): LabelledImage[] =>
  Array.from({ length: count }, (_, i) => ({
    image: `${subject}-${species ?? 'real'}-${String(i).padStart(3, '0')}.jpg`,
    species,
    subject,
    line: 2,
  }));

const sizes = (images: LabelledImage[], size = 5) =>
  sessionsOf(images, size)?.sessions.map((session) => session.length);

describe('sessionsOf', () => {
  it('takes neighbours by name, whatever their order in the file', () => {
    const [first, second] = sessionsOf(frames('ann', null, 10).reverse(), 5)!.sessions;
    expect(first!.map(({ image }) => image.slice(-7, -4))).toEqual(['000', '001', '002', '003', '004']);
    expect(second![0]!.image).toBe('ann-real-005.jpg');
  });

  it('joins a remainder of one or two to the session before it, and lets three be one', () => {
    expect(sizes(frames('ann', null, 11))).toEqual([5, 6]);
    expect(sizes(frames('ann', null, 12))).toEqual([5, 7]);
    expect(sizes(frames('ann', null, 13))).toEqual([5, 5, 3]);
  });

  it('leaves a subject with one or two frames out, and says so', () => {
    expect(sessionsOf([...frames('ann', null, 2), ...frames('bob', null, 3)], 5)).toMatchObject({
      sessions: [{ length: 3 }],
      leftOut: 2,
    });
  });

  it('never mixes subjects, nor what came before the camera', () => {
    const images = [...frames('ann', null, 7), ...frames('bob', null, 9), ...frames('ann', 'print', 6)];
    for (const session of sessionsOf(images, 4)!.sessions) {
      expect(new Set(session.map(({ subject, species }) => `${subject} ${species}`)).size).toBe(1);
    }
  });

  it('has a session for each frame when one frame is a session', () => {
    expect(sizes(frames('ann', null, 4), 1)).toEqual([1, 1, 1, 1]);
  });

  it('has none when nobody knows what belongs together', () => {
    expect(sessionsOf([{ image: 'a.jpg', species: null, line: 2 }], 5)).toBeNull();
  });

  it('uses every frame once, or counts it as left out', () => {
    fc.assert(
      fc.property(fc.nat({ max: 40 }), fc.nat({ max: 40 }), fc.integer({ min: 1, max: 9 }), (a, b, size) => {
        const images = [...frames('ann', null, a), ...frames('ann', 'print', b)];
        if (images.length === 0) return;
        const { sessions, leftOut } = sessionsOf(images, size)!;
        const used = sessions.flat();
        expect(new Set(used).size).toBe(used.length);
        expect(used.length + leftOut).toBe(images.length);
      }),
    );
  });
});
