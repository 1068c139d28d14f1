import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { LiveConnectionLost, ServerUnreachable, VultusProblem } from '../problem.js';
import { CallLine } from './call-line.js';
import type { ServerMessage } from './live-messages.js';

const problem = (code: 'busy' | 'invalid_token' | 'live_session_not_found', retryAfter?: number) =>
  new VultusProblem({ type: 't', title: 't', status: 503, code, detail: 'd', request_id: 'r' }, retryAfter);

let forms: { messages: string[]; frames: number }[];
let answers: (Error | readonly ServerMessage[])[];
let heard: string[];
let ends: Error[];
let line: CallLine;
beforeEach(() => {
  vi.useFakeTimers();
  forms = [];
  answers = [];
  heard = [];
  ends = [];
});
afterEach(() => {
  line.close();
  vi.useRealTimers();
});

function open(): void {
  line = new CallLine(
    async (form) => {
      forms.push({ messages: form.getAll('message') as string[], frames: form.getAll('frame').length });
      const answer = answers.shift() ?? [];
      if (answer instanceof Error) throw answer;
      return answer;
    },
    { message: ({ type }) => heard.push(type), ended: (reason) => ends.push(reason) },
  );
}

const FRAME = new Blob(['x']);
const START = '{"type":"start"}';

describe('a live session over calls', () => {
  it('asks at once, then with all that has gathered in a third of a second', async () => {
    answers = [[{ type: 'ready', session_id: 's', max_frame_bytes: 1, frames_per_second: 10 }]];
    open();
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toEqual(['ready']);
    line.say({ type: 'start' });
    for (let i = 0; i < 3; i++) line.sendFrame(FRAME);
    await vi.advanceTimersByTimeAsync(330);
    expect(forms).toEqual([
      { messages: [], frames: 0 },
      { messages: [START], frames: 3 },
    ]);
  });

  it('asks every now and then when there is nothing to say', async () => {
    open();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(forms.length).toBeGreaterThan(2);
    expect(forms.length).toBeLessThan(5);
  });

  it('says again what a lost call has said, but sends no old frame', async () => {
    answers = [[], new ServerUnreachable('gone'), problem('busy', 1)];
    open();
    await vi.advanceTimersByTimeAsync(0);
    line.say({ type: 'start' });
    line.sendFrame(FRAME);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(forms.slice(1, 4)).toEqual([
      { messages: [START], frames: 1 },
      { messages: [START], frames: 0 },
      { messages: [START], frames: 0 },
    ]);
    expect(ends).toEqual([]);
  });

  it('gives up in the end, and at once where the server says so', async () => {
    answers = Array.from({ length: 3 }, () => new ServerUnreachable('gone'));
    open();
    line.say({ type: 'start' });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(ends).toEqual([expect.any(LiveConnectionLost)]);
    // A start that goes out now would open a session that nobody has.
    expect(forms).toHaveLength(3);

    for (const refusal of [
      problem('busy', 10),
      problem('invalid_token'),
      problem('live_session_not_found'),
    ]) {
      ends = [];
      answers = [refusal];
      open();
      await vi.advanceTimersByTimeAsync(0);
      const isLost = refusal.code === 'live_session_not_found';
      expect(ends).toEqual([isLost ? expect.any(LiveConnectionLost) : refusal]);
    }
  });

  it('asks no more after the result, and brings its last word when it is closed', async () => {
    answers = [[{ type: 'result', outcome: 'passed', user: { id: 'u', email: 'e', fv: [] } }]];
    open();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(forms).toHaveLength(1);

    open();
    await vi.advanceTimersByTimeAsync(0);
    line.sendFrame(FRAME);
    line.say({ type: 'stop' });
    line.close();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(forms.at(-1)).toEqual({ messages: ['{"type":"stop"}'], frames: 0 });
    expect(forms).toHaveLength(3);
  });
});
