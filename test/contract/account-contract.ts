import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { normaliseEmail } from '../../src/auth/email.js';
import type { Account } from '../../src/storage/port.js';
import {
  type ContractFixture,
  END_OF_TIME,
  NOW,
  RACES,
  aConsent,
  aLiveRecord,
  aNotice,
  aPasskey,
  aRecord,
  aReference,
  newAccount,
  plain,
  truths,
} from './contract-fixture.js';

export function describeAccounts({ store, other, anAccount, aSession, race }: ContractFixture): void {
  describe('accounts', () => {
    it('are found by id and by e-mail, from either handle, as they were inserted', async () => {
      const account = await anAccount({
        email: `grüße.世界+${randomUUID()}@example.org`,
        createdAt: 2 ** 45,
      });
      expect(await store.accounts.findById(account.id)).toEqual(account);
      expect(await other.accounts.findByEmail(account.email)).toEqual(account);
    });

    it('that nobody inserted are null', async () => {
      expect(await store.accounts.findById(randomUUID())).toBeNull();
      expect(await store.accounts.findByEmail('nobody@example.org')).toBeNull();
    });

    it('take texts as texts, whatever they look like', async () => {
      const account = await anAccount({ passwordHash: `'; DROP TABLE accounts; -- {"$gt":""} %_` });
      expect((await store.accounts.findById(account.id))?.passwordHash).toBe(account.passwordHash);
      expect(await store.accounts.findByEmail('%')).toBeNull();
    });

    it('never lose a part of a text: one with NUL is refused or kept whole', async () => {
      const account = newAccount({ passwordHash: 'before\u0000after' });
      const stored = await store.accounts.insert(account).then(
        async () => (await store.accounts.findById(account.id))?.passwordHash,
        () => account.passwordHash,
      );
      expect(stored).toBe(account.passwordHash);
    });

    it.each(RACES)('are unique by e-mail: of %i concurrent sign-ups one is inserted', async (racers) => {
      const email = `${randomUUID()}@example.org`;
      const results = await race(racers, (handle) => handle.accounts.insert(newAccount({ email })));
      expect(truths(results.map((result) => result === 'inserted'))).toBe(1);
      expect(truths(results.map((result) => result === 'duplicate_email'))).toBe(racers - 1);
    });

    it('are one account, however its address is written', async () => {
      const tag = randomUUID();
      const spellings = [
        `Jos\u00e9.${tag}@B\u00fccher.example`,
        ` JOS\u00c9.${tag.toUpperCase()}@b\u00dcCHER.EXAMPLE `,
        `jose\u0301.${tag}@bu\u0308cher.example`,
        `jos\u00e9.${tag}@xn--bcher-kva.example`,
      ];
      await anAccount({ email: normaliseEmail(spellings[0]!)! });
      for (const spelling of spellings) {
        const account = newAccount({ email: normaliseEmail(spelling)! });
        expect(await other.accounts.insert(account)).toBe('duplicate_email');
      }
    });

    it('keep values at the edges of what there is', async () => {
      const edges: Account[] = [
        { ...(await anAccount({ createdAt: 0 })), createdAt: 0 },
        await anAccount({ createdAt: END_OF_TIME, referenceErasures: 2 ** 31 - 1 }),
        await anAccount({ email: `\u{1f600}\uffff'"\\${randomUUID()}@example.org` }),
        await anAccount({
          passwordHash: 'x'.repeat(10_000),
          reference: aReference({
            createdAt: END_OF_TIME,
            lastUsedAt: END_OF_TIME,
            qualityScore: null,
            ciphertext: new Uint8Array(1 + 12 + 4 * 4096 + 16).fill(255),
          }),
        }),
        await anAccount({ reference: aReference({ qualityScore: 1 / 3, ciphertext: new Uint8Array(1) }) }),
        await anAccount({ reference: aReference({ renewalDue: true }), secondFactorOwed: true }),
      ];
      for (const account of edges) {
        expect(plain(await other.accounts.findById(account.id))).toEqual(plain(account));
      }
    });

    it.each(RACES)('take a new password hash once: of %i that replace the same one', async (racers) => {
      const { id, passwordHash } = await anAccount();
      const results = await race(racers, (handle, i) =>
        handle.accounts.replacePasswordHash(id, passwordHash, `hash ${i}`),
      );
      expect(truths(results)).toBe(1);
      expect((await store.accounts.findById(id))?.passwordHash).toBe(`hash ${results.indexOf(true)}`);
      expect(await store.accounts.replacePasswordHash(randomUUID(), passwordHash, 'x')).toBe(false);
    });

    it('come with all that belongs to them, as it is at one moment', async () => {
      const first = await aSession();
      const { accountId: id } = first;
      const second = await aSession({ accountId: id, expiresAt: 1 });
      const account = (await store.accounts.findById(id))!;
      const allowedBy = { sessionId: first.id, now: NOW };
      const putting = { ...allowedBy, referenceErasures: 0 };
      expect(await store.accounts.putReference(id, aReference(), putting)).toBe(true);
      const [passkey, notice, consent] = [aPasskey(), aNotice(), aConsent()];
      expect(await store.passkeys.add(id, passkey, allowedBy)).toBe('added');
      await store.accounts.appendLiveRecord(id, aLiveRecord(1));
      await store.recoveryCodes.replace(id, ['b', 'c', 'a']);
      await store.notices.append(id, notice);
      await store.consents.give(id, consent);
      await aSession();
      expect(plain(await other.accounts.findRecord(id))).toEqual(
        plain({
          account: { ...account, reference: aReference(), hasPasskeys: true },
          sessions: [first, second],
          liveRecords: [aLiveRecord(1)],
          passkeys: [passkey],
          recoveryCodes: ['a', 'b', 'c'],
          notices: [notice],
          consents: [consent],
        }),
      );
    });

    it('come as whole records without anything too, and not when they are not there', async () => {
      const account = await anAccount();
      expect(await other.accounts.findRecord(account.id)).toEqual(aRecord({ account }));
      expect(await other.accounts.findRecord(randomUUID())).toBeNull();
    });
  });
}
