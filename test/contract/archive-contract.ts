import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import {
  type Account,
  type AccountKey,
  type AccountRecord,
  type Archive,
  type AttemptCounter,
  type AuditEntry,
  DuplicateEmail,
  type OutboxMessage,
  type SignInFlow,
} from '../../src/storage/port.js';
import {
  type ContractFixture,
  END_OF_TIME,
  NOW,
  aConsent,
  aLiveRecord,
  aNotice,
  aPasskey,
  aRecord,
  aReference,
  at,
  newAccount,
  newSession,
  plain,
  previous,
} from './contract-fixture.js';

export function describeArchives({ store, other, anAccount, aSession, aFlow }: ContractFixture): void {
  describe('archive', () => {
    const everyPage = async <T>(archive: Archive<T>, idOf: (record: T) => string, limit: number) => {
      const records: T[] = [];
      for (let after: string | null = null; ; after = idOf(records.at(-1)!)) {
        const page: T[] = await archive.page(after, limit);
        expect(page.length).toBeLessThanOrEqual(limit);
        records.push(...page);
        if (page.length < limit) return records;
      }
    };
    const accountId = ({ account }: AccountRecord) => account.id;
    const flowId = ({ id }: SignInFlow) => id;
    const keyId = (key: AccountKey) => key.accountId;
    const counterId = ({ subject, origin }: AttemptCounter) => `${subject} ${origin}`;
    const messageId = ({ id }: OutboxMessage) => id;
    const entryId = ({ sequence }: AuditEntry) => String(sequence).padStart(16, '0');

    it('pages through everything once, in the order of the ids, whatever the size of a page', async () => {
      for (let i = 0; i < 5; i++) await aFlow();
      const all = (await everyPage(store.archive.accounts, accountId, 1000)).map(accountId);
      expect(all).toEqual([...new Set(all)].sort());
      for (const limit of [1, 7, all.length]) {
        expect((await everyPage(other.archive.accounts, accountId, limit)).map(accountId)).toEqual(all);
      }
      const flows = await everyPage(store.archive.signInFlows, flowId, 2);
      expect(flows.map(flowId)).toEqual([...new Set(flows.map(flowId))].sort());
      expect(flows.length).toBeGreaterThanOrEqual(5);
    });

    it('gives and takes whole records, expired sessions and all, in the order they were opened', async () => {
      const { accountId: id } = await aSession({ expiresAt: 1 });
      const account: Account = {
        ...(await store.accounts.findById(id))!,
        reference: aReference({ renewalDue: true }),
        referenceErasures: 4,
        secondFactorOwed: true,
        hasPasskeys: true,
      };
      const sessions = ['z', 'a', 'm'].map((letter, i) =>
        newSession({
          id: `${letter}${randomUUID()}`,
          accountId: id,
          expiresAt: NOW + i,
          methods: i === 0 ? [] : ['pwd', 'face'],
          replaced: i === 1 ? { tokenHash: 'replaced', at: 5 } : null,
          device: i === 2 ? null : 'Firefox on Linux',
        }),
      );
      const record: AccountRecord = {
        account,
        sessions,
        liveRecords: [9, 3, 7].map(aLiveRecord),
        passkeys: [aPasskey({ id: `z${randomUUID()}`, lastUsedAt: 0 }), aPasskey({ counter: 2 ** 32 - 1 })],
        recoveryCodes: ['code a', 'code b'],
        notices: [aNotice({ seen: true }), aNotice({ createdAt: 0, details: {} })],
        consents: [aConsent({ withdrawnAt: NOW }), aConsent({ version: '2', means: 'header' })],
      };
      const bystander = aRecord({ account: await anAccount() });
      await store.archive.accounts.put([record, bystander]);
      await store.archive.accounts.put([record]);
      expect(plain(await other.archive.accounts.page(previous(id), 1))).toEqual([plain(record)]);
      expect(plain(await other.accounts.findRecord(id))).toEqual(plain(record));
      expect(await other.archive.accounts.page(previous(bystander.account.id), 1)).toEqual([bystander]);
      expect((await other.accounts.findByEmail(account.email))?.id).toBe(id);
      expect((await other.sessions.findLive(id, sessions[2]!.id, at(NOW)))?.session).toEqual(sessions[2]);
      expect((await other.passkeys.find(record.passkeys[0]!.id))?.accountId).toBe(id);
      // Nothing of before stays beside what is put.
      const bare = aRecord({ account: { ...account, reference: null, hasPasskeys: false } });
      await store.archive.accounts.put([bare]);
      expect(await other.accounts.findRecord(id)).toEqual(bare);
      expect(await other.passkeys.find(record.passkeys[0]!.id)).toBeNull();
      await store.archive.accounts.put([record]);
      expect(plain(await other.accounts.findRecord(id))).toEqual(plain(record));
    });

    it('refuses an e-mail that belongs to another id', async () => {
      const { email } = await anAccount();
      const impostor = newAccount({ email });
      const record = aRecord({ account: impostor });
      await expect(store.archive.accounts.put([record])).rejects.toThrow(DuplicateEmail);
      expect(await store.accounts.findById(impostor.id)).toBeNull();
    });

    it('puts and removes flows and accounts', async () => {
      const flow = await aFlow();
      await store.archive.signInFlows.put([{ ...flow, state: 'locked', faceFailures: 5 }]);
      expect(await other.signInFlows.find(flow.id)).toMatchObject({ state: 'locked', faceFailures: 5 });
      await store.archive.signInFlows.remove([flow.id, randomUUID()]);
      expect(await other.signInFlows.find(flow.id)).toBeNull();
      const session = await aSession();
      await store.archive.accounts.remove([session.accountId]);
      expect(await other.accounts.findById(session.accountId)).toBeNull();
      expect(await other.sessions.findLive(session.accountId, session.id, at(NOW))).toBeNull();
      await store.archive.accounts.put([]);
      await store.archive.accounts.remove([]);
    });

    it('gives, takes and removes the keys of accounts, by their account', async () => {
      const key = { accountId: randomUUID(), sealed: new Uint8Array(60).map((_, i) => i * 7) };
      await store.accountKeys.insertUnlessThere(key.accountId, key.sealed);
      const all = await everyPage(other.archive.accountKeys, keyId, 2);
      expect(all.map(keyId)).toEqual([...new Set(all.map(keyId))].sort());
      expect(plain(await other.archive.accountKeys.page(previous(key.accountId), 1))).toEqual([plain(key)]);
      const replacement = { ...key, sealed: Uint8Array.of(1) };
      await store.archive.accountKeys.put([replacement, { accountId: randomUUID(), sealed: key.sealed }]);
      expect(plain(await other.accountKeys.find(key.accountId))).toEqual([1]);
      await store.archive.accountKeys.remove([key.accountId, randomUUID()]);
      expect(await other.accountKeys.find(key.accountId)).toBeNull();
      await store.archive.accountKeys.put([]);
    });

    it('gives, takes and removes counters of attempts, by subject and origin', async () => {
      const subjects = [randomUUID(), randomUUID()].sort() as [string, string];
      const counters = subjects.flatMap((subject) =>
        ['a', 'b', '~'].map((origin, i) => ({
          subject,
          origin,
          failures: i + 1,
          blockedUntil: i === 0 ? 0 : NOW + i,
          expiresAt: NOW + 1000,
        })),
      );
      await store.archive.attempts.put(counters.toReversed());
      const all = await everyPage(other.archive.attempts, counterId, 2);
      expect(all.map(counterId)).toEqual([...new Set(all.map(counterId))].sort());
      expect(all.filter(({ subject }) => subjects.includes(subject))).toEqual(counters);
      await store.archive.attempts.put([{ ...counters[0]!, failures: 9 }]);
      expect(await other.attempts.find(subjects[0], 'a', NOW)).toEqual({ ...counters[0]!, failures: 9 });
      await store.archive.attempts.remove([counterId(counters[0]!), `${randomUUID()} a`]);
      expect(await other.attempts.find(subjects[0], 'a', NOW)).toBeNull();
      expect(await other.attempts.find(subjects[0], 'b', NOW)).toEqual(counters[1]);
      await store.archive.attempts.remove(counters.map(counterId));
      expect(await other.attempts.find(subjects[1], '~', NOW)).toBeNull();
    });

    it('gives and takes messages to send, and removes them', async () => {
      const message = { id: randomUUID(), body: '{"a":1}', createdAt: NOW, dueAt: END_OF_TIME, attempts: 3 };
      await store.archive.outbox.put([message, { ...message, id: randomUUID() }]);
      const all = await everyPage(other.archive.outbox, messageId, 1);
      expect(all.map(messageId)).toEqual([...new Set(all.map(messageId))].sort());
      expect(all).toContainEqual(message);
      await store.archive.outbox.put([{ ...message, attempts: 4 }]);
      expect(await other.archive.outbox.page(previous(message.id), 1)).toEqual([{ ...message, attempts: 4 }]);
      await store.archive.outbox.remove(all.map(messageId));
      expect(await other.archive.outbox.page(null, 9)).toEqual([]);
    });

    it('gives and takes entries of the audit log, but changes and removes none', async () => {
      const first = ((await store.audit.last())?.sequence ?? 0) + 1;
      const entries = Array.from({ length: 5 }, (_, i) => ({
        sequence: first + i,
        at: NOW,
        accountId: i === 0 ? null : randomUUID(),
        record: `{"grüße":${i}}`,
        hash: `hash ${i}`,
      }));
      await store.archive.audit.put(entries.slice(0, 2));
      await store.archive.audit.put([{ ...entries[0]!, record: 'other' }, ...entries.slice(1)]);
      const all = await everyPage(other.archive.audit, entryId, 2);
      expect(all.slice(-5)).toEqual(entries);
      expect(all.map(entryId)).toEqual([...new Set(all.map(entryId))].sort());
      await expect(store.archive.audit.remove([entryId(entries[4]!)])).rejects.toThrow(/not removed/);
      expect(await other.audit.last()).toEqual(entries[4]);
      await store.archive.audit.put([]);
    });
  });
}
