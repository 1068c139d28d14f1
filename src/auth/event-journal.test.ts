import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type Account, type Storage, StorageUnavailable } from '../storage/port.js';
import { openSqliteStorage } from '../storage/sqlite/sqlite-storage.js';
import { AuditTrail } from './audit-trail.js';
import { ANNOUNCEMENTS } from './event-announcements.js';
import { EventJournal } from './event-journal.js';
import { RequestOrigins } from './request-origin.js';
import type { SecurityAction, SecurityEvent } from './security-event.js';

const KEY = 'an audit key of thirty-two letters';
const NOW = 1_900_000_000_000;
const DAY = 86_400_000;
const FLOW = { id: 'b2mGq0b3bXyX4m0lQ4b7bqk2m3J0l2m1a8kQ3v5n7xY', expiresAt: NOW + 120_000 };
const ACCOUNT: Account = {
  id: 'account-1',
  email: 'ada@example.org',
  passwordHash: '$argon2id$v=19$hash',
  createdAt: NOW,
  reference: null,
  referenceErasures: 0,
  secondFactorOwed: false,
  hasPasskeys: false,
};

let storage: Storage;
let now: number;
const origins = new RequestOrigins();
beforeEach(async () => {
  now = NOW;
  storage = openSqliteStorage(':memory:');
  await storage.accounts.insert(ACCOUNT);
});
afterEach(() => storage.close());

const journal = (changes: { outbox?: null } = {}) =>
  new EventJournal({
    audit: new AuditTrail(storage.audit, KEY),
    notices: storage.notices,
    outbox: storage.outbox,
    origins,
    now: () => now,
    ...changes,
  });

const record = (event: Partial<SecurityEvent> & Pick<SecurityEvent, 'action' | 'outcome'>, it = journal()) =>
  origins.run({ requestId: 'request-1', device: 'Firefox on Linux', deviceToken: 'a secret' }, () =>
    it.record({ accountId: ACCOUNT.id, by: 'account', ...event }),
  );

const notices = () => storage.notices.list(ACCOUNT.id);
const records = async () =>
  (await storage.audit.page(0, 1000)).map((entry) => JSON.parse(entry.record) as Record<string, unknown>);
/** Everything that waits, whenever it is due. */
const outbox = () => storage.archive.outbox.page(null, 100);

const REFUSED = { action: 'sign_in_face', outcome: 'failure', reason: 'face_mismatch', flow: FLOW } as const;

describe('EventJournal', () => {
  it.each(Object.keys(ANNOUNCEMENTS) as SecurityAction[])(
    'writes %s into the audit log, and announces exactly what the table says',
    async (action) => {
      for (const outcome of ['success', 'failure'] as const) {
        const before = { notices: (await notices()).length, outbox: (await outbox()).length };
        const { notice, webhook, perSignIn } = ANNOUNCEMENTS[action][outcome];
        await record({ action, outcome, ...(perSignIn ? { flow: { ...FLOW, id: action } } : {}) });
        expect((await records()).at(-1)).toMatchObject({ action, outcome, request_id: 'request-1' });
        expect((await notices()).slice(before.notices).map(({ kind }) => kind)).toEqual(
          notice === null ? [] : [notice],
        );
        expect((await outbox()).length - before.outbox).toBe(webhook === null ? 0 : 1);
      }
    },
  );

  it('tells the owner and the operator what happened, with the device, and nothing secret', async () => {
    await record({ action: 'passkey_added', outcome: 'success', subject: 'passkey-1' });
    const [notice] = await notices();
    expect(notice!.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(notice).toEqual({
      id: notice!.id,
      kind: 'passkey_added',
      createdAt: NOW,
      seen: false,
      details: { device: 'Firefox on Linux', subject: 'passkey-1' },
    });
    const [message] = await outbox();
    expect(message).toMatchObject({ createdAt: NOW, dueAt: NOW, attempts: 0 });
    expect(JSON.parse(message!.body)).toEqual({
      type: 'passkey.added',
      timestamp: new Date(NOW).toISOString(),
      data: {
        account_id: ACCOUNT.id,
        action: 'passkey_added',
        outcome: 'success',
        by: 'account',
        subject: 'passkey-1',
        request_id: 'request-1',
      },
    });
    const everything = JSON.stringify([notice, message, await records()]);
    expect(everything).not.toMatch(/ada@example|argon2|a secret/);
  });

  it('keeps scores to the audit log', async () => {
    await record({ ...REFUSED, scores: { similarity: 0.2143 } });
    expect((await records())[0]).toMatchObject({ scores: { similarity: 0.2143 }, flow: FLOW.id });
    expect(JSON.stringify([await notices(), await outbox()])).not.toContain('0.2143');
  });

  it('tells once of a sign-in whose face was refused, and the operator only when it has ended', async () => {
    await record(REFUSED);
    now += 1000;
    await record({ ...REFUSED, reason: 'presentation_attack' });
    expect(await notices()).toMatchObject([{ id: `flow:${FLOW.id}`, kind: 'face_refused', createdAt: NOW }]);
    expect(await outbox()).toMatchObject([{ id: `flow:${FLOW.id}`, dueAt: FLOW.expiresAt }]);
    expect(await storage.outbox.take(FLOW.expiresAt - 1, FLOW.expiresAt)).toBeNull();
    expect(await records()).toHaveLength(2);
  });

  it.each(['sign_in_face', 'sign_in_passkey', 'sign_in_recovery_code'] as const)(
    'takes that back when the owner came in after all, by %s',
    async (action) => {
      await record(REFUSED);
      await record({ ...REFUSED, flow: { ...FLOW, id: 'another' } });
      await record({ action, outcome: 'success', flow: FLOW });
      expect((await notices()).filter(({ kind }) => kind === 'face_refused')).toMatchObject([
        { id: 'flow:another' },
      ]);
      expect((await outbox()).map(({ id }) => id)).not.toContain(`flow:${FLOW.id}`);
      expect((await outbox()).map(({ id }) => id)).toContain('flow:another');
    },
  );

  it('does not announce a refused face that belongs to no sign-in', async () => {
    await record({ action: 'sign_in_face', outcome: 'failure' });
    expect(await records()).toHaveLength(1);
    expect([await notices(), await outbox()]).toEqual([[], []]);
  });

  it('tells of an unknown device once a day, so that a client without memory pushes out nothing else', async () => {
    const signedIn = { action: 'sign_in_password', outcome: 'success' } as const;
    await record(signedIn);
    expect(await notices()).toEqual([]);
    for (let i = 0; i < 3; i++) await record({ ...signedIn, reason: 'unknown_device' });
    expect(await notices()).toMatchObject([{ kind: 'new_device', details: { device: 'Firefox on Linux' } }]);
    now += DAY;
    await record({ ...signedIn, reason: 'unknown_device' });
    expect(await notices()).toHaveLength(2);
  });

  it('says of what an operator did that it was an operator', async () => {
    await journal().record({
      action: 'face_disabled',
      outcome: 'success',
      accountId: ACCOUNT.id,
      by: 'operator',
    });
    expect(await notices()).toMatchObject([{ kind: 'face_disabled', details: { by: 'operator' } }]);
    expect((await records())[0]).toMatchObject({ by: 'operator', request_id: 'internal' });
  });

  it('sends nothing for addresses that belong to nobody, however many are tried', async () => {
    await record({ action: 'attempts_delayed', outcome: 'failure', accountId: null });
    expect(await outbox()).toEqual([]);
    expect(await records()).toHaveLength(1);
    await record({ action: 'keys_rotated', outcome: 'success', accountId: null, by: 'operator' });
    expect(await outbox()).toHaveLength(1);
  });

  it('sends nothing where no webhook is configured', async () => {
    await record(REFUSED, journal({ outbox: null }));
    await record({ action: 'face_enrolled', outcome: 'success' }, journal({ outbox: null }));
    expect(await outbox()).toEqual([]);
    expect(await notices()).toHaveLength(2);
  });

  it('fails what cannot be written into the audit log, and announces nothing then', async () => {
    const audit = {
      ...storage.audit,
      append: () => Promise.reject(new StorageUnavailable('away')),
    };
    const faulty = new EventJournal({
      audit: new AuditTrail(audit, KEY),
      notices: storage.notices,
      outbox: storage.outbox,
      origins,
      now: () => now,
    });
    await expect(record({ action: 'face_enrolled', outcome: 'success' }, faulty)).rejects.toThrow(
      StorageUnavailable,
    );
    expect([await notices(), await outbox()]).toEqual([[], []]);
  });
});
