import path from 'node:path';

import Database from 'libsql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { still } from '../support/faces.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

let server: RunningServer;
let api: ApiClient;
let owner: Buffer;
let attacker: Buffer;
let victim: { email: string; id: string };
let thief: { email: string; id: string };
beforeAll(async () => {
  server = await startServer();
  api = await ApiClient.for(server);
  [owner, attacker] = (await Promise.all(['franck_02159.jpg', 'cage.jpg'].map(still))) as [Buffer, Buffer];
  thief = await api.enrolled(attacker);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});
beforeEach(async () => {
  victim = await api.enrolled(owner);
});

/** What somebody does who can write to the database, and has not the keys. */
function tamper(statement: string, ...values: (string | Uint8Array)[]): void {
  const db = new Database(path.join(server.dataDirectory, 'vultus.db'));
  try {
    db.exec('PRAGMA busy_timeout = 5000');
    expect(db.prepare(statement).run(values).changes).toBeGreaterThan(0);
  } finally {
    db.close();
  }
}

function ciphertextOf(id: string): Buffer {
  const db = new Database(path.join(server.dataDirectory, 'vultus.db'));
  try {
    const row = db.prepare('SELECT reference_ciphertext AS c FROM accounts WHERE id = ?').get([id]);
    return Buffer.from((row as { c: ArrayBuffer }).c);
  } finally {
    db.close();
  }
}

const COPY_REFERENCE = `UPDATE accounts SET (reference_model, reference_ciphertext, reference_quality) =
  (SELECT reference_model, reference_ciphertext, reference_quality FROM accounts WHERE id = ?2) WHERE id = ?1`;
const COPY_KEY = `UPDATE account_keys SET sealed = (SELECT sealed FROM account_keys WHERE account_id = ?2)
  WHERE account_id = ?1`;

const showFace = async (picture: Buffer) => {
  const token = await api.verificationToken(victim.email);
  const response = await fetch(`${server.url}/user/image/compare-faces`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: (() => {
      const form = new FormData();
      form.set('file', new Blob([Uint8Array.from(picture)]), 'face.jpg');
      return form;
    })(),
  });
  return { status: response.status, text: await response.text() };
};

// The attacker wants: their own face to open somebody else's account.
describe('a reference that was put there in the database', () => {
  it('of another account does not open, nor with that account’s key beside it', async () => {
    tamper(COPY_REFERENCE, victim.id, thief.id);
    for (const beside of [false, true]) {
      if (beside) tamper(COPY_KEY, victim.id, thief.id);
      const { status, text } = await showFace(attacker);
      expect(status).toBe(500);
      expect(text).toContain('internal_error');
      expect(text).not.toMatch(/decrypt|key|cipher|template/i);
    }
  });

  it('cut off, altered, or under another model never signs in', async () => {
    const whole = ciphertextOf(victim.id);
    const altered = Buffer.from(whole);
    altered[whole.length - 40]! ^= 1;
    for (const ciphertext of [whole.subarray(0, 60), whole.subarray(0, 5), altered, Buffer.of(9)]) {
      tamper('UPDATE accounts SET reference_ciphertext = ? WHERE id = ?', ciphertext, victim.id);
      expect((await showFace(owner)).status).toBe(500);
    }
    tamper('UPDATE accounts SET reference_ciphertext = ? WHERE id = ?', whole, victim.id);
    tamper("UPDATE accounts SET reference_model = 'another@1' WHERE id = ?", victim.id);
    expect((await showFace(owner)).status).toBe(409);
  });

  it('that its owner has replaced long ago opens no more once the key was destroyed', async () => {
    const earlier = ciphertextOf(victim.id);
    const { body } = await api.upload(
      '/user/image/compare-faces',
      await api.verificationToken(victim.email),
      owner,
    );
    const { token } = body.result;
    await api.post('/user/disable-face-verification', { token });
    await api.upload('/user/image/image-embedding', token, owner);
    tamper('UPDATE accounts SET reference_ciphertext = ? WHERE id = ?', earlier, victim.id);
    expect((await showFace(owner)).status).toBe(500);
  });

  it('in another database changes nothing for the others: they sign in', async () => {
    tamper(COPY_REFERENCE, victim.id, thief.id);
    const token = await api.verificationToken(thief.email);
    expect((await api.upload('/user/image/compare-faces', token, attacker)).status).toBe(200);
  });
});
