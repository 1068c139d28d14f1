import { randomBytes } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { AccountErasure } from '../../src/auth/account-erasure.js';
import { AccountExport } from '../../src/auth/account-export.js';
import { Consents } from '../../src/auth/consent.js';
import { isGenuineReceipt } from '../../src/auth/erasure-receipt.js';
import { FaceRetention } from '../../src/auth/face-retention.js';
import type { AuthenticatedCaller } from '../../src/auth/sessions.js';
import { type Storage, StorageUnavailable } from '../../src/storage/port.js';
import { openSqliteStorage } from '../../src/storage/sqlite/sqlite-storage.js';
import { type UseCases, createUseCases } from '../support/use-cases.js';

const CREDENTIALS = { email: 'ada@example.org', password: 'correct horse battery' };
const DAY_MS = 86_400_000;

/** What happens to a face and an account when they go, also when something fails on the way. */
describe('the privacy of an account', () => {
  let storage: Storage;
  let now: number;
  let useCases: UseCases;
  let caller: AuthenticatedCaller;
  beforeEach(async () => {
    storage = openSqliteStorage(':memory:');
    now = 1_900_000_000_000;
    useCases = await createUseCases({
      storage,
      now: () => now,
      capturer: {
        modelId: 'model@1',
        capture: async () => ({
          outcome: 'captured',
          qualityScore: 1,
          presentation: 'bona_fide',
          template: { modelId: 'model@1', vector: Float32Array.of(1, 0) },
        }),
      },
      consentRequired: true,
    });
    const { token } = await useCases.signUp.run(CREDENTIALS);
    caller = await useCases.sessions.authenticate(token);
    await useCases.enrolment.enrol(caller, new Uint8Array(0), { version: '1', means: 'header' });
    caller = await useCases.sessions.authenticate(token);
  });
  afterEach(() => storage.close());

  const erasureOver = (accounts: Storage['accounts'], receiptKey = randomBytes(32)) =>
    new AccountErasure({
      accounts,
      keys: storage.accountKeys,
      limits: useCases.limits,
      events: { record: async () => undefined },
      receiptKey,
      reauthenticationSeconds: 900,
      now: () => now,
    });

  it('an erasure that was broken off after the key has left noise, and the same again finishes it', async () => {
    const breaking = {
      ...storage.accounts,
      erase: () => Promise.reject(new StorageUnavailable('pulled')),
    };
    await expect(erasureOver(breaking).erase(caller.account, 'account')).rejects.toThrow('pulled');
    const left = await storage.accounts.findById(caller.account.id);
    expect(left?.reference).not.toBeNull();
    await expect(useCases.vault.open(left!.id, left!.reference!)).rejects.toMatchObject({
      name: 'TemplateKeyLost',
    });
    expect(await useCases.enrolment.reference(left!)).toBeNull();

    const receiptKey = randomBytes(32);
    const receipt = await erasureOver(storage.accounts, receiptKey).erase(left!, 'account');
    expect(receipt?.erased).toMatchObject({ face: true, sessions: 1, consents: 1 });
    expect(isGenuineReceipt(receiptKey, receipt!)).toBe(true);
    expect(isGenuineReceipt(randomBytes(32), receipt!)).toBe(false);
    expect(await storage.accounts.findRecord(caller.account.id)).toBeNull();
  });

  it('leaves no key of an enrolment that slipped in between the key and the rest', async () => {
    const slippingIn = {
      ...storage.accounts,
      erase: async (accountId: string) => {
        await useCases.enrolment.store(caller, {
          template: { modelId: 'model@1', vector: Float32Array.of(0, 1) },
          qualityScore: 1,
        });
        return storage.accounts.erase(accountId);
      },
    };
    expect(await erasureOver(slippingIn).erase(caller.account, 'account')).not.toBeNull();
    expect(await storage.accountKeys.find(caller.account.id)).toBeNull();
  });

  it('of several erasures at once one gives a receipt', async () => {
    const erasure = erasureOver(storage.accounts);
    const receipts = await Promise.all(
      Array.from({ length: 10 }, () => erasure.erase(caller.account, 'account')),
    );
    expect(receipts.filter(Boolean)).toHaveLength(1);
  });

  it('an enrolment that was under way when the consent was withdrawn puts no face on the account', async () => {
    await useCases.consents.withdraw(caller);
    await expect(
      useCases.enrolment.store(caller, {
        template: { modelId: 'model@1', vector: Float32Array.of(1, 0) },
        qualityScore: 1,
      }),
    ).rejects.toMatchObject({ code: 'enrolment_superseded' });
    expect((await storage.accounts.findById(caller.account.id))?.reference).toBeNull();
  });

  it('whoever takes the face off, copies the account or erases it needs a recent sign-in', async () => {
    const copy = new AccountExport({
      ...useCases,
      accounts: storage.accounts,
      audit: storage.audit,
      events: { record: async () => undefined },
      reauthenticationSeconds: 900,
      now: () => now,
    });
    expect((await copy.run(caller)).template).not.toBeNull();
    now += 901_000;
    const erasure = erasureOver(storage.accounts);
    for (const work of [useCases.consents.withdraw(caller), copy.run(caller), erasure.eraseOwn(caller)]) {
      await expect(work).rejects.toMatchObject({ code: 'reauthentication_required' });
    }
    expect((await storage.accounts.findById(caller.account.id))?.reference).not.toBeNull();
    expect(await storage.accountKeys.find(caller.account.id)).not.toBeNull();
  });

  it('a withdrawal that was broken off after the key has left noise, and the same again finishes it', async () => {
    const consents = new Consents({
      ...useCases,
      consents: storage.consents,
      accounts: {
        ...storage.accounts,
        eraseReference: () => Promise.reject(new StorageUnavailable('pulled')),
      },
      terms: { required: true, version: '1', text: 'the text' },
      events: { record: async () => undefined },
      reauthenticationSeconds: 900,
      now: () => now,
    });
    await expect(consents.withdraw(caller)).rejects.toThrow('pulled');
    expect(await storage.accountKeys.find(caller.account.id)).toBeNull();
    await useCases.consents.withdraw(caller);
    expect((await storage.accounts.findById(caller.account.id))?.reference).toBeNull();
    expect(useCases.recorded.at(-1)).toMatchObject({ action: 'consent_withdrawn' });
  });

  it('withdrawing does not lift what an account owes since its face was taken from it', async () => {
    await storage.accounts.eraseReference(caller.account.id, true);
    const owing = { ...caller, account: (await storage.accounts.findById(caller.account.id))! };
    await useCases.consents.withdraw(owing);
    expect(await storage.accounts.findById(caller.account.id)).toMatchObject({ secondFactorOwed: true });
    expect((await useCases.signIn.run(CREDENTIALS)).outcome).toBe('face_required');
  });

  it('a ticket for a live enrolment is worth nothing once the consent was withdrawn', async () => {
    const { ticket } = await useCases.liveEnrolment.issueTicket(caller, null);
    await useCases.consents.withdraw(caller);
    const read = await useCases.tickets.read(ticket, 'enrolment');
    await expect(useCases.liveEnrolment.subjectOf(read)).rejects.toMatchObject({ code: 'consent_required' });
  });

  describe('a face that nobody uses', () => {
    const retention = (seconds: number | null, accounts = storage.accounts) =>
      new FaceRetention({
        accounts,
        keys: storage.accountKeys,
        events: { record: async (event) => void useCases.recorded.push(event) },
        seconds,
        now: () => now,
      });

    it('is erased with its key after the time, its owner is told, and the password alone does not sign in', async () => {
      now += 100 * DAY_MS + 1;
      await retention(100 * 86_400).run();
      const account = (await storage.accounts.findById(caller.account.id))!;
      expect(account).toMatchObject({ reference: null, secondFactorOwed: true });
      expect(await storage.accountKeys.find(account.id)).toBeNull();
      expect(useCases.recorded.at(-1)).toMatchObject({ action: 'face_expired', by: 'system' });
      expect((await useCases.signIn.run(CREDENTIALS)).outcome).toBe('face_required');
    });

    it('is erased by the next round when one was broken off after the key', async () => {
      now += 100 * DAY_MS + 1;
      const breaking = {
        ...storage.accounts,
        eraseReference: () => Promise.reject(new StorageUnavailable('pulled')),
      };
      await expect(retention(100 * 86_400, breaking).run()).rejects.toThrow('pulled');
      await retention(100 * 86_400).run();
      const account = await storage.accounts.findById(caller.account.id);
      expect(account).toMatchObject({ reference: null, secondFactorOwed: true });
    });

    it('stays when it is used after the round has found it', async () => {
      now += 100 * DAY_MS + 1;
      const usedMeanwhile = {
        ...storage.accounts,
        withReferenceUnusedSince: async (time: number, limit: number) => {
          const found = await storage.accounts.withReferenceUnusedSince(time, limit);
          await storage.accounts.touchReference(caller.account.id, caller.account.reference!.ciphertext, now);
          return found;
        },
      };
      await retention(100 * 86_400, usedMeanwhile).run();
      const account = (await storage.accounts.findById(caller.account.id))!;
      expect(await useCases.enrolment.reference(account)).not.toBeNull();
      expect(account.secondFactorOwed).toBe(false);
    });

    it('stays before that, after a use, and for ever without a limit', async () => {
      now += 99 * DAY_MS;
      await retention(100 * 86_400).run();
      const signingIn = await useCases.signIn.run(CREDENTIALS);
      if (signingIn.outcome !== 'face_required') throw new Error(signingIn.outcome);
      const claim = await useCases.verification.claim(signingIn.verificationToken);
      await useCases.verification.verify(claim, new Uint8Array(0));
      now += 99 * DAY_MS;
      await retention(100 * 86_400).run();
      now += 1000 * DAY_MS;
      await retention(null).run();
      expect((await storage.accounts.findById(caller.account.id))?.reference).not.toBeNull();
    });
  });
});
