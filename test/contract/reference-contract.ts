import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { type ContractFixture, NOW, RACES, aReference, plain, truths } from './contract-fixture.js';

export function describeReferences({ store, other, anAccount, aSession, race }: ContractFixture): void {
  describe('references', () => {
    it('carry a reference byte for byte, replace it as a whole, and lose it on request', async () => {
      const { accountId: id, id: sessionId } = await aSession();
      const allowedBy = { sessionId, referenceErasures: 0, now: NOW };
      expect(await store.accounts.putReference(id, aReference(), allowedBy)).toBe(true);
      expect(plain((await other.accounts.findById(id))?.reference)).toEqual(plain(aReference()));
      const second = {
        modelId: 'other',
        ciphertext: Uint8Array.of(1),
        qualityScore: 0,
        createdAt: NOW + 9,
        lastUsedAt: NOW + 99,
        renewalDue: true,
      };
      expect(await store.accounts.putReference(id, second, allowedBy)).toBe(true);
      expect(plain((await store.accounts.findById(id))?.reference)).toEqual(plain(second));
      expect(await store.accounts.eraseReference(id, false)).toBe(true);
      expect(await other.accounts.findById(id)).toMatchObject({ reference: null, referenceErasures: 1 });
      expect(await store.accounts.eraseReference(id, false)).toBe(true);
    });

    it('take no reference from a session that has ended, of another account, or that never was', async () => {
      const { accountId: id, id: sessionId, expiresAt } = await aSession();
      const stranger = await aSession();
      const put = (allowedBy: { sessionId: string; now: number }) =>
        store.accounts.putReference(id, aReference(), { referenceErasures: 0, ...allowedBy });
      expect(await put({ sessionId, now: expiresAt })).toBe(false);
      expect(await put({ sessionId: stranger.id, now: NOW })).toBe(false);
      expect(await put({ sessionId: randomUUID(), now: NOW })).toBe(false);
      await other.sessions.delete(id, sessionId);
      expect(await put({ sessionId, now: NOW })).toBe(false);
      expect((await store.accounts.findById(id))?.reference).toBeNull();
    });

    it('take no reference that was begun before an erasure', async () => {
      const { accountId: id, id: sessionId } = await aSession();
      const allowedBy = { sessionId, referenceErasures: 0, now: NOW };
      expect(await store.accounts.putReference(id, aReference(), allowedBy)).toBe(true);
      await other.accounts.eraseReference(id, false);
      expect(await store.accounts.putReference(id, aReference(), allowedBy)).toBe(false);
      expect((await store.accounts.findById(id))?.reference).toBeNull();
      const again = { ...allowedBy, referenceErasures: 1 };
      expect(await store.accounts.putReference(id, aReference(), again)).toBe(true);
    });

    it.each(RACES)('agree with what %i callers were told who enrol, erase and sign out', async (racers) => {
      const { accountId: id, id: sessionId } = await aSession();
      const results = await race(racers, async (handle, i) => {
        if (i % 10 === 7) return handle.accounts.eraseReference(id, false).then(() => null);
        if (i === racers - 2) return handle.sessions.delete(id, sessionId).then(() => null);
        const ciphertext = Uint8Array.of(i);
        const allowedBy = { sessionId, referenceErasures: 0, now: NOW };
        return (await handle.accounts.putReference(id, aReference({ ciphertext }), allowedBy)) ? i : null;
      });
      const account = (await store.accounts.findById(id))!;
      // Nothing was enrolled from before the erasure after it, and what was refused is not there.
      expect(account.reference).toBeNull();
      expect(account.referenceErasures).toBe(racers / 10);
      expect(results.filter((result) => result !== null).length).toBeLessThan(racers);
      const late = { sessionId, referenceErasures: account.referenceErasures, now: NOW };
      expect(await other.accounts.putReference(id, aReference(), late)).toBe(false);
    });

    it.each(RACES)('take nothing from a session once it has ended, of %i on their way', async (racers) => {
      const { accountId: id, id: sessionId } = await aSession();
      const allowedBy = { sessionId, referenceErasures: 0, now: NOW };
      const referenceNow = async () => (await other.accounts.findById(id))!.reference?.createdAt;
      let whenEnded: number | undefined;
      const results = await race(racers, async (handle, i) => {
        if (i === Math.floor(racers / 4)) {
          expect(await handle.sessions.delete(id, sessionId)).toBe(true);
          whenEnded = await referenceNow();
          return false;
        }
        return handle.accounts.putReference(id, aReference({ createdAt: NOW + i }), allowedBy);
      });
      expect(await referenceNow()).toBe(whenEnded);
      expect(truths(results)).toBeLessThan(racers - 1);
    });

    it('that do not exist cannot be given a reference', async () => {
      const { id: sessionId } = await aSession();
      const allowedBy = { sessionId, referenceErasures: 0, now: NOW };
      expect(await store.accounts.putReference(randomUUID(), aReference(), allowedBy)).toBe(false);
      expect(await store.accounts.eraseReference(randomUUID(), false)).toBe(false);
    });

    it('that were taken away by somebody else are owed until there is one again', async () => {
      const { accountId: id, id: sessionId } = await aSession();
      const isOwed = async () => (await other.accounts.findById(id))?.secondFactorOwed;
      const put = (referenceErasures: number) =>
        store.accounts.putReference(id, aReference(), { sessionId, referenceErasures, now: NOW });
      await store.accounts.eraseReference(id, true);
      expect(await isOwed()).toBe(true);
      // What is refused settles nothing.
      expect(await put(0)).toBe(false);
      expect(await isOwed()).toBe(true);
      expect(await put(1)).toBe(true);
      expect(await isOwed()).toBe(false);
      await store.accounts.eraseReference(id, true);
      await store.accounts.eraseReference(id, false);
      expect(await isOwed()).toBe(false);
    });

    it('are replaced while they are the ones that were read, byte for byte', async () => {
      const { id } = await anAccount({ reference: aReference(), secondFactorOwed: true });
      const { ciphertext } = aReference();
      const replacement = aReference({ ciphertext: Uint8Array.of(1, 2), lastUsedAt: NOW + 7 });
      const replace = (current: Uint8Array, accountId = id) =>
        store.accounts.replaceReference(accountId, current, replacement);
      expect(await replace(ciphertext.with(9, 0))).toBe(false);
      expect(await replace(ciphertext.subarray(0, -1))).toBe(false);
      expect(await replace(ciphertext, randomUUID())).toBe(false);
      expect(await replace(ciphertext)).toBe(true);
      expect(await replace(ciphertext)).toBe(false);
      const account = await other.accounts.findById(id);
      expect(plain(account?.reference)).toEqual(plain(replacement));
      expect(account).toMatchObject({ referenceErasures: 0, secondFactorOwed: true });
      await other.accounts.eraseReference(id, false);
      expect(await replace(replacement.ciphertext)).toBe(false);
      expect((await other.accounts.findById(id))?.reference).toBeNull();
    });

    it.each(RACES)('are replaced once: of %i that read the same one', async (racers) => {
      const { id } = await anAccount({ reference: aReference() });
      const { ciphertext } = aReference();
      const results = await race(racers, (handle, i) =>
        handle.accounts.replaceReference(
          id,
          ciphertext,
          aReference({ ciphertext: Uint8Array.of(i), createdAt: NOW + i }),
        ),
      );
      expect(truths(results)).toBe(1);
      const { reference } = (await store.accounts.findById(id))!;
      expect([...reference!.ciphertext]).toEqual([results.indexOf(true)]);
      expect(reference!.createdAt).toBe(NOW + results.indexOf(true));
    });

    it('remember when they were last matched, each by itself and never backwards', async () => {
      const { id } = await anAccount({ reference: aReference() });
      const lastUsedAt = async () => (await other.accounts.findById(id))?.reference?.lastUsedAt;
      const { ciphertext } = aReference();
      await store.accounts.touchReference(id, ciphertext.with(0, 9), NOW + 50);
      await store.accounts.touchReference(randomUUID(), ciphertext, NOW + 50);
      expect(await lastUsedAt()).toBe(NOW + 2);
      await store.accounts.touchReference(id, ciphertext, NOW + 50);
      await store.accounts.touchReference(id, ciphertext, NOW + 49);
      expect(plain((await other.accounts.findById(id))?.reference)).toEqual(
        plain(aReference({ lastUsedAt: NOW + 50 })),
      );
      await store.accounts.eraseReference(id, false);
      await store.accounts.touchReference(id, ciphertext, NOW + 60);
      expect((await other.accounts.findById(id))?.reference).toBeNull();
    });

    it('are marked for renewal, and no more once they are renewed', async () => {
      const { id } = await anAccount({ reference: aReference() });
      const { id: faceless } = await anAccount();
      expect(await store.accounts.markReferenceForRenewal(id)).toBe(true);
      expect(await store.accounts.markReferenceForRenewal(id)).toBe(true);
      expect(plain((await other.accounts.findById(id))?.reference)).toEqual(
        plain(aReference({ renewalDue: true })),
      );
      for (const none of [faceless, randomUUID()]) {
        expect(await store.accounts.markReferenceForRenewal(none)).toBe(false);
      }
      expect((await other.accounts.findById(faceless))?.reference).toBeNull();
      await store.accounts.replaceReference(id, aReference().ciphertext, aReference());
      expect((await other.accounts.findById(id))?.reference?.renewalDue).toBe(false);
    });

    it('that nobody has used for long are found', async () => {
      const withUse = async (lastUsedAt: number) =>
        (await anAccount({ reference: aReference({ createdAt: 1, lastUsedAt }) })).id;
      const [older, old, recent] = [await withUse(7_000), await withUse(7_999), await withUse(8_000)];
      const { id: faceless } = await anAccount({ createdAt: 1 });
      const found = await other.accounts.withReferenceUnusedSince(8_000, 1000);
      expect(found).toEqual(expect.arrayContaining([older, old]));
      expect(found).not.toContain(recent);
      expect(found).not.toContain(faceless);
      expect(await other.accounts.withReferenceUnusedSince(8_000, 1)).toHaveLength(1);
      await store.accounts.touchReference(older, aReference().ciphertext, NOW);
      await store.accounts.eraseReference(old, false);
      expect(await other.accounts.withReferenceUnusedSince(8_000, 1000)).toEqual([]);
    });
  });
}
