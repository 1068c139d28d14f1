import { createRequire } from 'node:module';

import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { filmClip } from '../support/faces.js';
import { LiveClient, type Ticket } from '../support/live-client.js';
import { type AsyncApiDocument, LiveProtocol } from '../support/live-protocol.js';
import { type LiveServer, startLiveServer } from '../support/live-server.js';
import { removeTemporaryDirectories } from '../support/server.js';

const specification = createRequire(import.meta.url)(
  '@asyncapi/specs/schemas/3.0.0-without-$id.json',
) as object;

let server: LiveServer;
let document: AsyncApiDocument;
beforeAll(async () => {
  server = await startLiveServer();
  document = (await (await fetch(`${server.url}/asyncapi.json`)).json()) as AsyncApiDocument;
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const CHANNELS = ['/user/live-verification', '/user/live-enrolment'];

describe('the AsyncAPI document', () => {
  it('is valid AsyncAPI 3.0', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const valid = ajv.validate(specification, document);
    expect(ajv.errorsText()).toBe('No errors');
    expect(valid).toBe(true);
    // The check bites.
    expect(ajv.validate(specification, { ...document, channels: { liveVerification: { address: 1 } } })).toBe(
      false,
    );
  });

  it.each(CHANNELS)('has both directions of %s', (address) => {
    expect(new LiveProtocol(document, address, 'receive').messageNames).toEqual(['start', 'stop', 'frame']);
    expect(new LiveProtocol(document, address, 'send').messageNames).toEqual([
      'ready',
      'stage',
      'guidance',
      'rate',
      'error',
      'passed',
      'failed',
    ]);
  });

  it('takes what the server takes: all that has a default may be left out, and nothing may be added', () => {
    const protocol = new LiveProtocol(document, CHANNELS[0]!, 'receive');
    const good = [
      { type: 'start' },
      { type: 'start', abilities: {} },
      { type: 'start', abilities: { light: 'low' } },
      { type: 'start', abilities: { movements: ['nod', 'blink'], light: 'none' } },
      { type: 'stop' },
    ];
    for (const message of good) expect(protocol.complaintAbout(message), JSON.stringify(message)).toBeNull();
    const bad = [
      {},
      { type: 'go' },
      { type: 'stop', now: true },
      { type: 'start', abilities: { light: 'off' } },
      { type: 'start', abilities: { movements: ['jump'] } },
    ];
    for (const message of bad) expect(protocol.nameOf(message), JSON.stringify(message)).toBeNull();
  });

  it('has no place for a score', () => {
    for (const address of CHANNELS) {
      const protocol = new LiveProtocol(document, address);
      expect(protocol.nameOf({ type: 'guidance', sequence: 1, hint: null })).toBe('guidance');
      expect(protocol.nameOf({ type: 'guidance', sequence: 1, hint: null, score: 0.4 })).toBeNull();
      expect(protocol.nameOf({ type: 'guidance', sequence: 1, hint: 'yaw is 12.5' })).toBeNull();
    }
    expect(JSON.stringify(document)).not.toMatch(/score|similarity/i);
  });

  it('has every message of a session that says everything: movements, colours, errors, an end', async () => {
    const api = await ApiClient.for(server);
    const { token } = await api.signUp();
    // The colours are not on the face of the film, so that the end is a failure; others see one that passes.
    server.script = [{ kind: 'light', mode: 'full', colours: ['red', 'green'] }];
    const { body } = await api.post('/user/live-enrolment', { token });
    const client = await LiveClient.open(server.url, body as unknown as Ticket);
    client.say({ type: 'please' });
    client.start();
    const film = await filmClip('cap13_edit2.mp4', 14, 6);
    await client.hear(({ type }) => type === 'stage');
    await client.play(film);
    // `closed` rejects when a message was none of the document's.
    expect(await client.closed).toBe(1000);
    const protocol = new LiveProtocol(document, CHANNELS[1]!);
    const heard = new Set(client.messages.map((message) => protocol.nameOf(message)));
    expect(heard).toEqual(
      new Set(['ready', 'error', 'stage', 'guidance', 'rate', 'failed'].filter((name) => heard.has(name))),
    );
    for (const name of ['ready', 'error', 'stage', 'guidance', 'failed']) expect(heard).toContain(name);
    expect(client.messages.some(({ stage }) => (stage as typeof stage | undefined)?.kind === 'light')).toBe(
      true,
    );
  });
});
