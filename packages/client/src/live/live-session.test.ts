import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { LiveConnectionLost, VultusProblem } from '../problem.js';
import type { LiveLine } from './live-line.js';
import type { ClientMessage, ServerMessage } from './live-messages.js';
import { LiveSession } from './live-session.js';

/** A line that goes nowhere: what happens on it is for the test to say. */
class Line implements LiveLine {
  readonly via = 'socket';
  readonly maxUnanswered = 2;
  isCongested = false;
  isClosed = false;
  readonly said: ClientMessage[] = [];
  readonly frames: Blob[] = [];

  say(message: ClientMessage): void {
    this.said.push(message);
  }

  sendFrame(message: Blob): void {
    this.frames.push(message);
  }

  close(): void {
    this.isClosed = true;
  }
}

const USER = { id: 'u', email: 'ada@example.org', fv: [] };
const PROBLEM = {
  type: 'urn:vultus:problem:face_mismatch',
  title: 'The face was not recognised',
  status: 401,
  code: 'face_mismatch' as const,
  detail: 'The face does not match the enrolled one.',
  request_id: 'r',
};
const stage = (nonce: string): ServerMessage => ({
  type: 'stage',
  stage: { kind: 'rest' },
  nonce,
  deadline_ms: 8000,
  done: 0,
  total: 2,
});

let line: Line;
let settle: ReturnType<typeof vi.fn<(result: unknown) => Promise<typeof USER>>>;
let session: LiveSession;
beforeEach(() => {
  vi.useFakeTimers();
  line = new Line();
  settle = vi.fn(async () => USER);
  const ready = { type: 'ready', session_id: 's', max_frame_bytes: 1017, frames_per_second: 10 } as const;
  session = new LiveSession(ready, line, settle);
});
afterEach(() => {
  session.close();
  vi.useRealTimers();
});

const hear = (message: ServerMessage) => {
  session.listener.message(message);
};
const send = (bytes = 1) =>
  session.sendFrame(new Blob([new Uint8Array(bytes)]), { nonce: 'uVxpAYJ59dM', takenAt: 12_345 });

describe('the frames of a live session', () => {
  it('carry their header', async () => {
    send();
    vi.advanceTimersByTime(100);
    session.sendFrame(new Blob(['xyz']), { nonce: 'uVxpAYJ59dM', takenAt: 12_345.4 });
    const [, second] = line.frames;
    const bytes = Buffer.from(await second!.arrayBuffer());
    // As in docs/live-protocol.md.
    expect(bytes.toString('hex')).toBe('01' + '00000001' + '00003039' + 'b95c69018279f5d3' + '78797a');
  });

  it('are no more than the server wants', () => {
    expect(send()).toBe(true);
    expect(send()).toBe(false);
    vi.advanceTimersByTime(90);
    expect(session.wantsFrame()).toBe(true);
    hear({ type: 'rate', frames_per_second: 2 });
    expect(session.framesPerSecond).toBe(2);
    expect(session.wantsFrame()).toBe(false);
    vi.advanceTimersByTime(400);
    expect(send()).toBe(true);
  });

  it('wait for answers, an overtaken one for none', () => {
    for (let i = 0; i < 2; i++) {
      expect(send()).toBe(true);
      vi.advanceTimersByTime(100);
    }
    expect(session.wantsFrame()).toBe(false);
    hear({ type: 'guidance', sequence: 1, hint: null });
    expect(send()).toBe(true);
    vi.advanceTimersByTime(100);
    expect(send()).toBe(true);
    vi.advanceTimersByTime(100);
    expect(session.wantsFrame()).toBe(false);
    vi.advanceTimersByTime(3_000);
    expect(session.wantsFrame()).toBe(true);
  });

  it('are dropped on a line that is busy, and when they are too large', () => {
    line.isCongested = true;
    expect(send()).toBe(false);
    line.isCongested = false;
    expect(send(1001)).toBe(false);
    expect(send(1000)).toBe(true);
    expect(line.frames).toHaveLength(1);
  });
});

describe('the messages of a live session', () => {
  it('reach who listens, and a stage that was there before at once', () => {
    hear(stage('a'));
    const nonces: string[] = [];
    const leave = session.on('stage', ({ nonce }) => nonces.push(nonce));
    hear(stage('b'));
    leave();
    hear(stage('c'));
    expect(nonces).toEqual(['a', 'b']);
  });

  it('of a later version are passed over', () => {
    hear({ type: 'applause' } as unknown as ServerMessage);
    expect(session.wantsFrame()).toBe(true);
  });
});

describe('the end of a live session', () => {
  it('is a result', async () => {
    hear({ type: 'result', outcome: 'failed', problem: PROBLEM });
    const { outcome, ...rest } = await session.result;
    expect(outcome).toBe('failed');
    expect(rest).toMatchObject({ problem: { code: 'face_mismatch', requestId: 'r' } });
    expect(line.isClosed).toBe(true);
    expect(send()).toBe(false);
  });

  it('is kept when the line goes while it is collected', async () => {
    let resolve!: (user: typeof USER) => void;
    settle.mockReturnValueOnce(new Promise((settled) => (resolve = settled)));
    hear({ type: 'result', outcome: 'passed', user: USER, completion: 'c' });
    session.listener.ended(new LiveConnectionLost(1000));
    resolve(USER);
    expect(await session.result).toEqual({ outcome: 'passed', user: USER });
  });

  it('is told when the session cannot be collected', async () => {
    settle.mockRejectedValueOnce(new VultusProblem(PROBLEM));
    hear({ type: 'result', outcome: 'passed', user: USER, completion: 'c' });
    await expect(session.result).rejects.toMatchObject({ code: 'face_mismatch' });
  });

  it('is a lost line, by its word or by its silence', async () => {
    session.listener.ended(new LiveConnectionLost(1006));
    await expect(session.result).rejects.toMatchObject({ closeCode: 1006 });

    const silent = new LiveSession(session.ready, line, settle);
    silent.sendFrame(new Blob(['x']), { nonce: 'uVxpAYJ59dM', takenAt: 0 });
    vi.advanceTimersByTime(12_000);
    await expect(silent.result).rejects.toThrow(LiveConnectionLost);
  });

  it('does not come of a silence in which nobody was asked', () => {
    vi.advanceTimersByTime(30_000);
    expect(line.isClosed).toBe(false);
  });

  it('of calls that are refused is the refusal', async () => {
    session.listener.ended(new VultusProblem(PROBLEM));
    expect(await session.result).toMatchObject({ outcome: 'failed' });
  });
});
