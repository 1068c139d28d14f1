import { describe, expect, it } from 'vitest';

import { featuresAt, madeUpFace } from '../../../test/support/made-up-face.js';
import { IdentityTrack } from './identity-track.js';

/** A face that moves a little from frame to frame, as faces do. */
const lively = (i: number) => madeUpFace({ features: featuresAt(i % 2 === 0 ? 4 : -4) });
const track = () => new IdentityTrack([lively(0), lively(1)]);

describe('the person of a session', () => {
  it('stays the same through every frame that resembles them', () => {
    const person = track();
    for (let i = 0; i < 100; i++) expect(person.follow(lively(i), i * 100)).toBe('same');
  });

  it('is doubted for one strange frame, and gone with a second', () => {
    const person = track();
    const stranger = madeUpFace({ features: featuresAt(90) });
    expect(person.follow(stranger, 100)).toBe('doubtful');
    expect(person.follow(lively(1), 900)).toBe('same');
    expect(person.follow(stranger, 1_700)).toBe('doubtful');
    expect(person.follow(stranger, 2_500)).toBe('changed');
  });

  it('cannot be put together of pictures that were not taken together', () => {
    const person = track();
    const pictures = [madeUpFace({ features: featuresAt(35) }), madeUpFace({ features: featuresAt(-35) })];
    const verdicts = Array.from({ length: 6 }, (_, i) => person.follow(pictures[i % 2]!, i * 100));
    expect(verdicts).toContain('changed');
    // Neither of them is a stranger by itself, nor is a change that takes its time.
    const slow = track();
    for (let i = 0; i < 6; i++) expect(slow.follow(pictures[i % 2]!, i * 600)).toBe('same');
  });

  it('is not made of pictures that lie between two people', () => {
    const between = [madeUpFace({ features: featuresAt(30) }), madeUpFace({ features: featuresAt(36) })];
    const person = new IdentityTrack(between.map((face) => ({ ...face, qualityScore: 0.5 })));
    // The victim's picture, sharp, then somebody else at work: each resembles what lies between them.
    for (let i = 0; i < 6; i++) person.follow(madeUpFace({ features: featuresAt(3 * (i % 2)) }), i * 600);
    for (let i = 0; i < 6; i++) {
      const attacker = madeUpFace({ features: featuresAt(63 + 4 * (i % 2)), qualityScore: 0.5 });
      expect(person.follow(attacker, 4_000 + i * 600)).toBe('same');
    }
    expect(person.isAllOf(person.probe().template)).toBe(false);
    const alone = new IdentityTrack([lively(0), lively(1)]);
    for (let i = 0; i < 20; i++) alone.follow(lively(i), i * 100);
    expect(alone.isAllOf(alone.probe().template)).toBe(true);
  });

  it('is no picture that stands still', () => {
    const person = track();
    const picture = madeUpFace();
    const verdicts = Array.from({ length: 20 }, (_, i) => person.follow(picture, i * 100));
    expect(verdicts.indexOf('frozen')).toBe(16);
  });

  it('is compared by the best frames, the better the more', () => {
    const person = new IdentityTrack([madeUpFace({ features: featuresAt(0), qualityScore: 0.2 })]);
    for (let i = 0; i < 5; i++)
      person.follow(madeUpFace({ features: featuresAt(10 + (i % 2)), qualityScore: 1 }), i * 100);
    const { template, qualityScore } = person.probe();
    expect(qualityScore).toBe(1);
    const angle = (Math.atan2(template.vector[1]!, template.vector[0]!) * 180) / Math.PI;
    expect(angle).toBeGreaterThan(9.9);
    expect(Math.hypot(...template.vector)).toBeCloseTo(1, 6);
  });

  it('is compared by probes only', () => {
    const person = new IdentityTrack([madeUpFace()]);
    person.follow(madeUpFace({ features: featuresAt(20), probe: null }), 0);
    expect([...person.probe().template.vector]).toEqual([1, 0]);
    expect(person.presentation.all).toHaveLength(1);
  });
});
