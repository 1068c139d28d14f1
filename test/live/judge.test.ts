import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';

import { type DecisionThreshold, cosineSimilarity } from '../../src/face/comparison.js';
import type { FaceEngine } from '../../src/face/engine.js';
import type { FrameOutcome } from '../../src/face/frame-observation.js';
import type { LiveFailure } from '../../src/face/live/live-event.js';
import { LiveJudge } from '../../src/face/live/live-judge.js';
import { RandomChallenges } from '../../src/face/live/challenge.js';
import { shippedThreshold } from '../support/engine.js';
import { still } from '../support/faces.js';
import {
  ANSWERS,
  type Answer,
  asked,
  challengeOf,
  clipOf,
  liveEngine,
  observeAll,
  playTo,
  showTo,
} from '../support/live-films.js';

let engine: FaceEngine;
let threshold: DecisionThreshold;
const clips = {} as Record<Answer, Buffer[]>;
const seen = {} as Record<Answer, FrameOutcome[]>;

beforeAll(async () => {
  engine = await liveEngine();
  threshold = await shippedThreshold();
  for (const answer of Object.keys(ANSWERS) as Answer[]) {
    clips[answer] = await clipOf(answer);
    seen[answer] = await observeAll(engine, clips[answer]);
  }
}, 120_000);

const failed = (...failures: LiveFailure[]): unknown =>
  expect.objectContaining({ kind: 'failed', failure: expect.toBeOneOf(failures) as LiveFailure });
const template = async (answer: Answer) => {
  const verdict = await playTo(challengeOf(answer), seen[answer]);
  if (verdict.kind !== 'answered') throw new Error(`${answer} was not answered: ${verdict.failure}`);
  return verdict.evidence.template.vector;
};

describe('the judge of a live session', () => {
  it.each(Object.keys(ANSWERS) as Answer[])(
    'is answered by the film that contains what it asks for (%s)',
    async (answer) => {
      const verdict = await playTo(challengeOf(answer), seen[answer]);
      expect(verdict).toMatchObject({ kind: 'answered', evidence: { presentation: 'bona_fide' } });
    },
  );

  it('gives a template that matches the same man on another day, and no other man', async () => {
    const [one, again, other] = [await template('cap13'), await template('cap12'), await template('franck')];
    expect(cosineSimilarity(one, again)).toBeGreaterThan(threshold.cosine);
    expect(cosineSimilarity(one, other)).toBeLessThan(threshold.cosine);
    const photograph = await engine.capture(await still('franck_02159.jpg'), 'enrolment');
    if (photograph.outcome !== 'captured') throw new Error(photograph.outcome);
    expect(cosineSimilarity(other, photograph.template.vector)).toBeGreaterThan(threshold.cosine);
  });

  describe('is not answered by', () => {
    it('a photograph shown as a film', async () => {
      const photograph = seen.cap13[0]!;
      expect(await playTo(challengeOf('cap13'), Array<FrameOutcome>(300).fill(photograph))).toEqual(
        failed('camera_frozen'),
      );
    });

    it('a photograph with the noise of a camera', async () => {
      const frames: FrameOutcome[] = [];
      for (let i = 0; i < 30; i++)
        frames.push(await engine.observe(await withNoise(clips.cap13[0]!), 'verification'));
      const verdict = await showTo(challengeOf('cap13'), (i) => frames[i % frames.length]!);
      expect(verdict).toEqual(failed('step_timed_out', 'camera_frozen'));
    });

    it('the right person who does the same in another order', async () => {
      expect(await playTo(asked(['turn_left', 'open_mouth', 'open_mouth']), seen.cap13)).toEqual(
        failed('step_timed_out', 'wrong_movement'),
      );
      expect(await playTo(asked(['blink', 'turn_right']), seen.franck)).toEqual(
        failed('step_timed_out', 'wrong_movement'),
      );
    });

    it('the right person who answers another challenge, whichever is drawn', async () => {
      const challenges = new RandomChallenges(reproducible(7));
      for (const answer of Object.keys(ANSWERS) as Answer[]) {
        for (let i = 0; i < 100; i++) {
          expect((await playTo(challenges, seen[answer])).kind, `${answer}, draw ${i}`).toBe('failed');
        }
      }
    });

    it('a film of the right person that is played again and again, whatever they say that they can do', async () => {
      const movements = ['open_mouth', 'turn_left', 'nod', 'blink', 'turn_right'] as const;
      for (const able of [movements.slice(0, 3), movements.slice(0, 4), movements]) {
        for (let i = 0; i < 60; i++) {
          const challenges = new RandomChallenges(reproducible(i + 1));
          const clip = seen.cap13.slice(0, 75);
          const verdict = await showTo(
            challenges,
            (at) => (at < 590 ? clip[(at + i * 7) % clip.length]! : null),
            { abilities: { movements: able, light: 'none' } },
          );
          expect(verdict.kind, `${able.join()}, draw ${i}`).toBe('failed');
        }
      }
    });

    it('somebody who turns the other way', async () => {
      expect(await playTo(asked(['open_mouth', 'open_mouth', 'turn_right']), seen.cap13)).toEqual(
        failed('wrong_movement'),
      );
    });

    it('one person who is followed by another', async () => {
      for (const at of [20, 40, 70]) {
        const swapped = [...seen.cap13.slice(0, at), ...seen.franck.slice(at)];
        expect(await playTo(challengeOf('cap13'), swapped), `swapped at ${at}`).toEqual(
          failed('person_changed'),
        );
      }
    });

    it('one person whose movements another one makes', async () => {
      for (const every of [2, 3, 5]) {
        const mixed = seen.cap13.map((frame, i) => (i % every === 0 ? frame : seen.franck[i % 130]!));
        const looped = [...mixed, ...mixed];
        expect(await playTo(challengeOf('cap13'), looped), `one in ${every}`).toEqual(
          failed('person_changed', 'not_positioned'),
        );
      }
    });

    it('two persons', async () => {
      const couple = await engine.observe(
        await sideBySide(clips.cap13[0]!, clips.franck[0]!),
        'verification',
      );
      expect(couple.outcome).toBe('multiple_faces');
      expect(await playTo(challengeOf('cap13'), Array<FrameOutcome>(300).fill(couple))).toEqual(
        failed('not_positioned'),
      );
      const joined = [...seen.cap13.slice(0, 30), ...Array<FrameOutcome>(20).fill(couple)];
      expect(await playTo(challengeOf('cap13'), joined)).toEqual(failed('several_people'));
    });

    it('a film that stands still at its end', async () => {
      const standing = [...seen.cap13.slice(0, 60), ...Array<FrameOutcome>(100).fill(seen.cap13[60]!)];
      expect(await playTo(challengeOf('cap13'), standing)).toEqual(failed('camera_frozen'));
    });

    it('a film that runs backwards', async () => {
      for (const answer of ['cap13', 'cap12'] as const) {
        expect((await playTo(challengeOf(answer), seen[answer].toReversed())).kind, answer).toBe('failed');
      }
    });

    it('a film that runs at twice its speed', async () => {
      for (const answer of Object.keys(ANSWERS) as Answer[]) {
        const fast = seen[answer].filter((_, i) => i % 2 === 0);
        expect((await playTo(challengeOf(answer, 600), fast)).kind, answer).toBe('failed');
      }
    });

    it('a film in which the face goes away', async () => {
      const empty: FrameOutcome = { outcome: 'no_face' };
      const gone = [
        ...seen.cap13.slice(0, 40),
        ...Array<FrameOutcome>(40).fill(empty),
        ...seen.cap13.slice(40),
      ];
      expect(await playTo(challengeOf('cap13'), gone)).toEqual(failed('face_lost'));
    });

    it('frames that carry another nonce than that of their stage', async () => {
      const judge = new LiveJudge({ draw: () => challengeOf('cap13') }, { movements: [], light: 'none' }, 0);
      for (const [i, outcome] of seen.cap13.entries()) {
        expect(judge.judge({ outcome, nonce: 'AAAAAAAAAAA', at: i * 100 }, 10).kind).toBe('stale');
      }
      expect(judge.disclosed).toBe(false);
    });
  });
});

/** A generator of Park and Miller: the same draws in every run. */
function reproducible(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % bound;
  };
}

async function withNoise(frame: Uint8Array): Promise<Buffer> {
  const { data, info } = await sharp(frame).raw().toBuffer({ resolveWithObject: true });
  for (let i = 0; i < data.length; i++) {
    const noise = (Math.random() + Math.random() + Math.random() - 1.5) * 12;
    data[i] = Math.max(0, Math.min(255, data[i]! + noise));
  }
  const { width, height, channels } = info;
  return sharp(data, { raw: { width, height, channels } }).jpeg({ quality: 90 }).toBuffer();
}

async function sideBySide(left: Uint8Array, right: Uint8Array): Promise<Buffer> {
  const size = { width: 400, height: 300, fit: 'cover' } as const;
  const [a, b] = [await sharp(left).resize(size).toBuffer(), await sharp(right).resize(size).toBuffer()];
  return sharp({ create: { width: 800, height: 300, channels: 3, background: '#808080' } })
    .composite([
      { input: a, left: 0, top: 0 },
      { input: b, left: 400, top: 0 },
    ])
    .jpeg({ quality: 90 })
    .toBuffer();
}
