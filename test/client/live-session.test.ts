import { setTimeout as sleep } from 'node:timers/promises';

import { LiveConnectionLost, type LiveSession, type StageMessage, VultusClient } from '@vultus/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { filmClip } from '../support/faces.js';
import { asked } from '../support/live-films.js';
import { type LiveServer, startLiveServer } from '../support/live-server.js';
import { removeTemporaryDirectories } from '../support/server.js';

let server: LiveServer;
let film: Buffer[];
beforeAll(async () => {
  server = await startLiveServer({ LIVENESS: 'passive' });
  server.script = asked(['open_mouth']);
  film = await filmClip('cap13_edit2.mp4', 13.8, 6);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

async function signedUp(): Promise<VultusClient> {
  const client = new VultusClient({ serverUrl: server.url });
  await client.signUp({
    email: `${crypto.randomUUID()}@example.org`,
    password: 'a longer walk by the river',
  });
  return client;
}

/** Shows the film to the session, ten frames a second or as many as it wants. @returns how many were sent */
async function show(session: LiveSession): Promise<number> {
  let stage!: StageMessage;
  await new Promise<void>((resolve) => {
    session.on('stage', (message) => {
      stage = message;
      resolve();
    });
  });
  const over = new AbortController();
  const end = () => {
    over.abort();
  };
  session.result.then(end, end);
  let sent = 0;
  const began = performance.now();
  for (const [i, frame] of film.entries()) {
    await sleep(began + i * 100 - performance.now());
    if (over.signal.aborted) break;
    const picture = new Blob([new Uint8Array(frame)]);
    if (session.sendFrame(picture, { nonce: stage.nonce, takenAt: performance.now() })) sent++;
  }
  return sent;
}

describe.each(['socket', 'calls'] as const)('a live session via %s', (via) => {
  it('enrols a face, shows its stages, and ends', { retry: 2 }, async () => {
    const client = await signedUp();
    const session = await client.openLiveSession({ purpose: 'enrolment', via });
    expect(session.via).toBe(via);
    const stages: string[] = [];
    session.on('stage', ({ stage }) => stages.push(stage.kind));
    session.start({ light: 'none' });
    await show(session);
    const result = await session.result;
    expect(result).toMatchObject({ outcome: 'passed', user: { fv: expect.any(Array) as number[] } });
    expect((await client.account()).fv).toHaveLength(512);
    expect(stages).toEqual(['position', 'rest', 'movement']);
    expect(session.wantsFrame()).toBe(false);
  });

  it('is stopped by the person', async () => {
    const client = await signedUp();
    const session = await client.openLiveSession({ purpose: 'enrolment', via });
    session.start({ light: 'none' });
    session.stop();
    expect(await session.result).toMatchObject({
      outcome: 'failed',
      problem: { code: 'live_session_ended', reasons: ['gone'] },
    });
  });

  it('is closed without a result', async () => {
    const client = await signedUp();
    const session = await client.openLiveSession({ purpose: 'enrolment', via });
    session.close();
    await expect(session.result).rejects.toThrow(LiveConnectionLost);
  });

  it('ends with its signal', async () => {
    const client = await signedUp();
    const controller = new AbortController();
    const session = await client.openLiveSession({ purpose: 'enrolment', via, signal: controller.signal });
    controller.abort();
    await expect(session.result).rejects.toThrow(LiveConnectionLost);
    await expect(
      client.openLiveSession({ purpose: 'enrolment', via, signal: controller.signal }),
    ).rejects.toThrow(/abort/i);
  });

  it('refuses to begin where there is no right to', async () => {
    const client = new VultusClient({ serverUrl: server.url });
    await expect(client.openLiveSession({ purpose: 'sign_in', via })).rejects.toMatchObject({
      code: 'invalid_token',
      status: 401,
    });
  });
});
