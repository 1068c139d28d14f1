import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { madeUpFace } from '../../test/support/made-up-face.js';
import { EngineUnavailable } from '../face/biometric-engine.js';
import type { FrameOutcome } from '../face/frame-observation.js';
import { MOVEMENTS, type Movement, RandomChallenges } from '../face/live/challenge.js';
import { AuthError } from './auth-error.js';
import { FrameCapacity } from './frame-capacity.js';
import { type LiveMessage, LiveSession } from './live-session.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A session of nobody's: what it is about is let through, what its frames show is said by the test. */
function session(
  options: { requireAlive?: () => Promise<void>; takeBack?: () => Promise<void>; maxWaiting?: number } = {},
) {
  const messages: LiveMessage[] = [];
  const observed: string[] = [];
  const outcome: {
    is: FrameOutcome | { outcome: 'busy'; retryAfterSeconds: number } | Error;
    takesMs: number;
  } = { is: { outcome: 'no_face' }, takesMs: 0 };
  const counted = { attempts: 0 };
  const live = new LiveSession({
    subject: {
      purpose: 'verification',
      requireAlive: options.requireAlive ?? (async () => undefined),
      reserveAttempt: async () => {
        counted.attempts++;
        return options.takeBack ?? (async () => undefined);
      },
      settle: async () => {
        throw new AuthError('face_mismatch');
      },
    },
    observer: {
      modelId: 'none',
      framesPerSecond: null,
      observe: async (image) => {
        observed.push(Buffer.from(image).toString());
        if (outcome.takesMs > 0) await new Promise((resolve) => setTimeout(resolve, outcome.takesMs));
        if (outcome.is instanceof Error) throw outcome.is;
        return outcome.is;
      },
    },
    capacity: new FrameCapacity({ framesPerSecond: null }),
    challenges: new RandomChallenges(),
    maxWaiting: options.maxWaiting ?? 1,
    now: () => Date.now(),
    onMessage: (message) => messages.push(message),
  });
  let sequence = 0;
  const start = (movements: readonly Movement[] = ['nod', 'open_mouth']) => {
    live.start({ movements, light: 'none' });
    const [stage] = messages;
    return stage?.type === 'stage' ? stage.nonce : '';
  };
  const send = (nonce: string) => {
    sequence++;
    return live.offer({ sequence, capturedAt: Date.now(), nonce, image: Buffer.from(`frame ${sequence}`) });
  };
  /** Ten frames a second for as long. */
  const film = async (nonce: string, seconds: number) => {
    for (let i = 0; i < seconds * 10; i++) {
      send(nonce);
      await vi.advanceTimersByTimeAsync(100);
    }
  };
  return { live, messages, observed, outcome, counted, start, send, film };
}

describe('LiveSession', () => {
  it('ends after ten seconds without a frame, started or not', async () => {
    for (const started of [false, true]) {
      const { live, messages, start } = session();
      if (started) start();
      await vi.advanceTimersByTimeAsync(9_900);
      expect(live.ended).toBe(false);
      await vi.advanceTimersByTimeAsync(350);
      expect(messages.at(-1)).toEqual({ type: 'result', result: { outcome: 'interrupted', by: 'idle' } });
    }
  });

  it('does not let frames that answer no stage hold up a deadline', async () => {
    const { messages, start, film, outcome } = session();
    // Each is still being looked at when the next one comes, so that there never is a quiet moment.
    outcome.takesMs = 150;
    start();
    await film('AAAAAAAAAAA', 21);
    expect(messages.at(-1)).toEqual({
      type: 'result',
      result: { outcome: 'failed', failure: 'not_positioned' },
    });
  });

  it('does not let frames that nobody has time for hold up a deadline', async () => {
    const { messages, start, film, outcome } = session();
    outcome.is = { outcome: 'busy', retryAfterSeconds: 1 };
    outcome.takesMs = 150;
    await film(start(), 21);
    expect(messages.at(-1)).toEqual({
      type: 'result',
      result: { outcome: 'failed', failure: 'not_positioned' },
    });
  });

  it('drops the oldest of the frames that wait, and asks for fewer', async () => {
    const { messages, observed, outcome, start, send } = session();
    const nonce = start();
    outcome.takesMs = 300;
    for (let i = 0; i < 4; i++) send(nonce);
    await vi.advanceTimersByTimeAsync(1000);
    expect(observed).toEqual(['frame 1', 'frame 4']);
    const asked = messages.flatMap((message) => (message.type === 'rate' ? [message.framesPerSecond] : []));
    expect(asked).toEqual([5]);
  });

  it('judges all that one call brings', async () => {
    const { live, observed, start, send } = session({ maxWaiting: 10 });
    const nonce = start();
    for (let i = 0; i < 10; i++) send(nonce);
    await live.drained();
    expect(observed).toHaveLength(10);
  });

  it('ends within five seconds when what stands behind it has ended', async () => {
    let alive = true;
    const { live, messages, film, start } = session({
      requireAlive: async () => {
        if (!alive) throw new AuthError('invalid_token');
      },
    });
    const nonce = start();
    await film(nonce, 6);
    expect(live.ended).toBe(false);
    alive = false;
    await film(nonce, 5.3);
    expect(messages.at(-1)).toMatchObject({ type: 'result', result: { outcome: 'error' } });
  });

  describe('in which nothing can look at frames any more', () => {
    const gone = new EngineUnavailable('no service answers');
    const withRest = async (takeBack: () => Promise<void>) => {
      const it = session({ takeBack });
      it.outcome.is = madeUpFace();
      await it.film(it.start(MOVEMENTS), 2);
      expect(it.counted.attempts).toBe(1);
      return it;
    };
    const nonceOf = (messages: readonly LiveMessage[]) => {
      const stage = messages.findLast(({ type }) => type === 'stage');
      return stage?.type === 'stage' ? stage.nonce : '';
    };

    it('ends, and the attempt that was counted is taken back once', async () => {
      let takenBack = 0;
      const { outcome, film, messages } = await withRest(async () => {
        takenBack++;
      });
      outcome.is = gone;
      await film(nonceOf(messages), 1);
      expect(messages.at(-1)).toEqual({ type: 'result', result: { outcome: 'error', error: gone } });
      expect(takenBack).toBe(1);
    });

    it('ends for that, also when the attempt cannot be taken back', async () => {
      const { outcome, film, messages } = await withRest(() => Promise.reject(new Error('no storage')));
      outcome.is = gone;
      await film(nonceOf(messages), 1);
      expect(messages.at(-1)).toEqual({ type: 'result', result: { outcome: 'error', error: gone } });
    });

    it('is not what any other fault is: what a frame may have caused stays counted', async () => {
      let takenBack = 0;
      const { outcome, film, messages } = await withRest(async () => {
        takenBack++;
      });
      outcome.is = new Error('a worker fell over this frame');
      await film(nonceOf(messages), 1);
      expect(messages.at(-1)).toMatchObject({ type: 'result', result: { outcome: 'error' } });
      expect(takenBack).toBe(0);
    });
  });

  it('says nothing after its result, whatever still comes', async () => {
    const { live, messages, film, start } = session();
    const nonce = start();
    live.interrupt('gone');
    const said = messages.length;
    await film(nonce, 2);
    live.interrupt('timed_out');
    expect(messages).toHaveLength(said);
    expect(messages.filter(({ type }) => type === 'result')).toHaveLength(1);
  });
});
