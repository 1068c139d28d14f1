import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { filmClip } from '../support/faces.js';
import { LiveCallsClient } from '../support/live-calls-client.js';
import { LiveClient, type Ticket } from '../support/live-client.js';
import { handshake, protocols } from '../support/live-handshake.js';
import { type LiveServer, startLiveServer } from '../support/live-server.js';
import { removeTemporaryDirectories } from '../support/server.js';

let server: LiveServer;
let api: ApiClient;
let film: Buffer[];
beforeAll(async () => {
  film = await filmClip('cap13_edit2.mp4', 13.8, 6);
  server = await startLiveServer({ LIVE_MAX_SESSIONS: '2' });
  server.script = [{ kind: 'movement', movement: 'open_mouth', restMs: 300 }];
  api = await ApiClient.for(server);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const people: LiveCallsClient[] = [];
afterEach(async () => {
  // What a test leaves open would take the room of the next one.
  for (const person of people.splice(0)) if (person.calls > 0 && !person.result) await person.say([STOP]);
});

/** A client of somebody of their own. */
async function client(): Promise<LiveCallsClient & { readonly token: string }> {
  const { token } = await api.signUp();
  const { body } = await api.post('/user/live-enrolment', { token });
  const person = await LiveCallsClient.for(api, body as unknown as Ticket);
  people.push(person);
  return Object.assign(person, { token });
}

const START = { type: 'start', abilities: { light: 'none' } };
const STOP = { type: 'stop' };
const kinds = (messages: readonly { type: string }[]) => messages.map(({ type }) => type);
const form = (field: string, ...values: (string | Blob)[]) => {
  const data = new FormData();
  for (const value of values) {
    if (typeof value === 'string') data.append(field, value);
    else data.append(field, value, 'frame');
  }
  return data;
};

// Frames come in real time: where everything else runs as well, a machine may be too slow for them once.
describe('a live session without a socket', { retry: 2 }, () => {
  it('enrols a face: the first call starts it, each carries it on, and the result is not lost', async () => {
    const person = await client();
    expect(kinds(await person.say([START]))).toEqual(['ready', 'stage']);
    const result = await person.play(film, 3);
    expect(result).toMatchObject({ outcome: 'passed', user: { fv: { length: 512 } } });
    expect(result).not.toHaveProperty('token');
    const stages = person.messages.flatMap(({ type, stage }) => (type === 'stage' ? [stage.kind] : []));
    expect(stages).toEqual(['position', 'rest', 'movement']);
    expect(person.calls).toBeGreaterThan(4);
    // The answer that had it may have been lost on the way: who asks again hears it again.
    expect(await person.say([])).toEqual([result]);
    expect(await person.say([START], [person.frame(film[0]!)])).toEqual([result]);
    const { body } = await api.get('/user', { token: person.token });
    expect(body.user.fv).toEqual(result?.user.fv);
  });

  it('judges frame after frame of one call, and answers each', async () => {
    const person = await client();
    await person.say([START]);
    const frames = film.slice(0, 4).map((image) => person.frame(image));
    const heard = await person.say([], frames);
    const answered = heard.flatMap(({ type, sequence }) => (type === 'guidance' ? [sequence] : []));
    expect(answered).toEqual([0, 1, 2, 3]);
    await person.say([STOP]);
    expect(person.result?.problem).toMatchObject({ code: 'live_session_ended', reasons: ['gone'] });
  });

  it('is not to be had beside as many as the server makes, and its ticket keeps', async () => {
    const [first, second, third] = await Promise.all([client(), client(), client()]);
    await first.say([START]);
    await second.say([START]);
    const refused = await third.post(form('message', JSON.stringify(START)));
    expect(refused).toMatchObject({ status: 503, body: { code: 'busy' } });
    expect(refused.headers.get('retry-after')).toBe('10');
    await first.say([STOP]);
    expect(kinds(await third.say([START]))).toEqual(['ready', 'stage']);
    await second.say([STOP]);
    await third.say([STOP]);
  });

  it('is superseded by one over a socket, and the other way round', async () => {
    const person = await client();
    await person.say([START]);
    const { body } = await api.post('/user/live-enrolment', { token: person.token });
    const socket = await LiveClient.open(server.url, body as unknown as Ticket);
    expect((await person.say([]))[0]).toMatchObject({ problem: { reasons: ['superseded'] } });
    const again = await api.post('/user/live-enrolment', { token: person.token });
    const calls = await LiveCallsClient.for(api, again.body as unknown as Ticket);
    await calls.say([]);
    expect(await socket.closed).toBe(4002);
    await calls.say([STOP]);
  });

  it('ends for a client that will not keep to the protocol', async () => {
    const person = await client();
    const nonsense = Array<object>(4).fill({ type: 'please' });
    expect(kinds(await person.say(nonsense))).toEqual(['ready', ...Array<string>(4).fill('error')]);
    expect(kinds(await person.say(nonsense))).toEqual([...Array<string>(4).fill('error'), 'result']);
    expect(person.result?.problem.reasons).toEqual(['protocol_violated']);
  });

  it('is not found any more once its result has been kept for long enough', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const person = await client();
    await person.say([START]);
    await person.say([STOP]);
    expect(kinds(await person.say([]))).toEqual(['result']);
    // What would come after fifteen seconds, at once.
    const forget = timers.mock.calls.filter(([, delay]) => delay === 15_000).map(([run]) => run);
    timers.mockRestore();
    expect(forget).toHaveLength(1);
    forget[0]!();
    expect(await person.post(form('message', JSON.stringify(START)))).toMatchObject({
      status: 404,
      body: { code: 'live_session_not_found' },
    });
  });
});

describe('a call that cannot be understood', () => {
  it('is answered with what is wrong, and the session is as it was', async () => {
    const person = await client();
    await person.say([START]);
    const frame = new Blob([Uint8Array.from(person.frame(film[0]!))]);
    const text = '{"type":"stop"}';
    const refusals: [string, FormData | string, number, string][] = [
      ['eleven frames', form('frame', ...Array<Blob>(11).fill(frame)), 400, 'malformed_upload'],
      ['five messages', form('message', ...Array<string>(5).fill(text)), 400, 'malformed_upload'],
      ['a file in another field', form('file', frame), 400, 'malformed_upload'],
      ['a file as a message', form('message', frame), 400, 'malformed_upload'],
      ['text as a frame', form('frame', text), 400, 'malformed_upload'],
      ['another field', form('stop', text), 400, 'malformed_upload'],
      ['a long message', form('message', text + ' '.repeat(3000)), 400, 'malformed_upload'],
      ['a large frame', form('frame', new Blob([new Uint8Array(1_000_001)])), 413, 'image_too_large'],
    ];
    for (const [what, body, status, code] of refusals) {
      expect(await person.post(body), what).toMatchObject({ status, body: { code } });
    }
    const { status, body } = await api.post(person.ticket.frames, {
      token: person.ticket.ticket,
      json: { type: 'stop' },
      documentedAs: '/user/live-enrolment/{id}/frames',
    });
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'malformed_upload' });
    expect(await person.say([])).toEqual([]);
    const answers = await person.say([], [person.frame(film[0]!)]);
    expect(answers).toContainEqual({ type: 'guidance', sequence: 1, hint: 'hold_still' });
    await person.say([STOP]);
  });
});

describe('a call by somebody else', () => {
  it('is refused without a ticket, with a token for one, and with a ticket of another session', async () => {
    const [owner, stranger] = await Promise.all([client(), client()]);
    await owner.say([START]);
    const body = () => form('message', '{"type":"stop"}');
    for (const token of [undefined, owner.token, 'bm90aGluZw']) {
      expect(await owner.post(body(), { token })).toMatchObject({
        status: 401,
        body: { code: 'invalid_token' },
      });
    }
    const foreign = await stranger.post(body(), { path: owner.ticket.frames });
    expect(foreign).toMatchObject({ status: 404, body: { code: 'live_session_not_found' } });
    const verification = await api.post(owner.ticket.frames.replace('enrolment', 'verification'), {
      token: owner.ticket.ticket,
      body: body(),
      documentedAs: '/user/live-verification/{id}/frames',
    });
    expect(verification).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
    expect(await owner.say([])).toEqual([]);
    await owner.say([STOP]);
  });
});

describe('a server that makes no live checks', () => {
  it('says so, with and without a socket', async () => {
    const off = await startLiveServer({ LIVENESS: 'off' });
    const offApi = await ApiClient.for(off);
    const { token } = await offApi.signUp();
    const answer = await offApi.post('/user/live-enrolment', { token });
    expect(answer).toMatchObject({ status: 404, body: { code: 'live_check_not_offered' } });
    expect(await handshake(off.url, '/user/live-enrolment', protocols(token))).toMatchObject({
      status: 404,
      problem: { code: 'live_check_not_offered' },
    });
    await off.stop();
  });
});
