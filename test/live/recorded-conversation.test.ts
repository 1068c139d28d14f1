import { readFile, readdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { format, resolveConfig } from 'prettier';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { FaceEngine } from '../../src/face/engine.js';
import { ENGINE_OPTIONS, shippedModels } from '../support/engine.js';
import { type RecordedConversation, Replay } from '../support/recorded-conversation.js';
import { removeTemporaryDirectories } from '../support/server.js';
import { type Plan, PLANS, follow } from './vectors/plans.js';

const VECTORS = new URL('./vectors/', import.meta.url);
const fileOf = (name: string) => new URL(`${name}.json`, VECTORS);

let replay: Replay;
beforeAll(async () => {
  replay = new Replay(await FaceEngine.load(await shippedModels(), ENGINE_OPTIONS));
});
afterAll(removeTemporaryDirectories);

/** With RECORD_VECTORS=1 the conversations are made anew, to be read before they are committed. */
const recording = process.env['RECORD_VECTORS'] === '1';

async function record({ description, challenge, clips, ...plan }: Plan): Promise<RecordedConversation> {
  await replay.load({ clips });
  const conversation = await replay.run(challenge, follow({ clips, ...plan }));
  return { description, challenge, clips, conversation };
}

async function pretty(vector: RecordedConversation): Promise<string> {
  const filepath = fileURLToPath(fileOf('any'));
  return format(JSON.stringify(vector), { ...(await resolveConfig(filepath)), filepath });
}

describe('a recorded conversation', () => {
  it.each(Object.entries(PLANS))('runs again word for word: %s', async (name, plan) => {
    if (recording) await writeFile(fileOf(name), await pretty(await record(plan)));
    const vector = JSON.parse(await readFile(fileOf(name), 'utf8')) as RecordedConversation;
    await replay.load(vector);
    const turns = vector.conversation.filter((entry) => entry.from !== 'server');
    const again = await replay.run(vector.challenge, () => turns.shift() ?? null);
    expect(again).toEqual(vector.conversation);
    expect(vector.conversation.at(-1)).toMatchObject({ message: { type: 'result', ...plan.end } });
  });

  it('has a plan for each file, and no picture, nonce or score in it', async () => {
    const files = (await readdir(VECTORS)).filter((name) => name.endsWith('.json')).sort();
    expect(files).toEqual(
      Object.keys(PLANS)
        .map((name) => `${name}.json`)
        .sort(),
    );
    for (const file of files) {
      const text = await readFile(new URL(file, VECTORS), 'utf8');
      expect(text.length).toBeLessThan(40_000);
      expect(text).not.toMatch(/"nonce": "[^<]/);
      expect(text).not.toMatch(/score|similarity|yaw|data:/i);
    }
  });
});
