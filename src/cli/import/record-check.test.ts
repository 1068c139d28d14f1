import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Storage } from '../../storage/port.js';
import type { EarlierUser } from '../../storage/mongo/earlier-system.js';
import { openSqliteStorage } from '../../storage/sqlite/sqlite-storage.js';
import { RecordCheck } from './record-check.js';

const MODEL = { id: 'model', templateModelId: 'model@1', dimensions: 3 };
const HASH = `$2b$10$${'a'.repeat(53)}`;

describe('RecordCheck', () => {
  let storage: Storage;
  let check: RecordCheck;
  beforeEach(() => {
    storage = openSqliteStorage(':memory:');
    check = new RecordCheck(storage.accounts, MODEL);
  });
  afterEach(() => storage.close());

  let records = 0;
  const aRecord = (changes: Partial<EarlierUser> = {}): EarlierUser => {
    const id = (++records).toString(16).padStart(24, '0');
    return {
      id,
      createdAt: 1_600_000_000_000,
      email: `${id}@example.org`,
      password: HASH,
      faceVector: [],
      ...changes,
    };
  };
  const anAccount = (id: string, email: string) =>
    storage.accounts.insert({
      id,
      email,
      passwordHash: HASH,
      createdAt: 0,
      reference: null,
      referenceErasures: 0,
      secondFactorOwed: false,
      hasPasskeys: false,
    });

  it('takes a record as it is, with the address in its one form', async () => {
    const record = aRecord({ email: ' Ada@Example.ORG ' });
    expect(await check.examine(record)).toEqual({
      outcome: 'newcomer',
      newcomer: {
        id: record.id,
        email: 'ada@example.org',
        passwordHash: HASH,
        bcryptCost: 10,
        createdAt: 1_600_000_000_000,
        template: null,
      },
    });
  });

  it('brings a vector to unit length, whatever its length was', async () => {
    for (const length of [1, 1e-300, 1e300]) {
      const verdict = await check.examine(aRecord({ faceVector: [3 * length, 0, -4 * length] }));
      expect(verdict).toMatchObject({
        newcomer: { template: { modelId: 'model@1', vector: Float32Array.of(0.6, 0, -0.8) } },
      });
    }
  });

  it.each([[], null, undefined])('takes fv %j for no face', async (faceVector) => {
    expect(await check.examine(aRecord({ faceVector }))).toMatchObject({ newcomer: { template: null } });
  });

  it('asks for the model before it takes a face', async () => {
    const unnamed = new RecordCheck(storage.accounts, null);
    expect(await unnamed.examine(aRecord({ faceVector: [1, 0, 0] }))).toEqual({
      outcome: 'face_of_unnamed_model',
    });
  });

  it.each([
    ['no address', { email: undefined }, /e-mail/],
    ['an address that is no text', { email: 7 }, /e-mail/],
    ['an address that is none', { email: 'ada' }, /e-mail/],
    ['no password', { password: undefined }, /bcrypt/],
    ['a password in the clear', { password: 'correct horse' }, /bcrypt/],
    ['another kind of hash', { password: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA' }, /bcrypt/],
    ['a hash that would take minutes', { password: HASH.replace('$10$', '$17$') }, /cost/],
    ['an fv that is no array', { faceVector: 'face' }, /finite numbers/],
    ['an fv of texts', { faceVector: ['1', '0', '0'] }, /finite numbers/],
    ['an fv with a hole', { faceVector: [1, null, 0] }, /finite numbers/],
    ['an fv with NaN', { faceVector: [1, NaN, 0] }, /finite numbers/],
    ['an fv with infinity', { faceVector: [1, Infinity, 0] }, /finite numbers/],
    ['an fv beyond all numbers', { faceVector: [1.7e308, 1.7e308, 1.7e308] }, /finite numbers/],
    ['too few values', { faceVector: [1, 0] }, /2 values, and model makes 3/],
    ['too many values', { faceVector: [1, 0, 0, 0] }, /4 values, and model makes 3/],
    ['an fv without direction', { faceVector: [0, -0, 0] }, /no direction/],
  ])('refuses %s', async (_, changes, reason) => {
    const verdict = await check.examine(aRecord(changes));
    expect(verdict).toEqual({ outcome: 'refused', reason: expect.stringMatching(reason) as unknown });
  });

  it('takes the first of the records of one mailbox, and names it to the others', async () => {
    const first = aRecord({ email: 'ada@example.org' });
    expect(await check.examine(first)).toMatchObject({ outcome: 'newcomer' });
    for (const email of ['ADA@example.org', ' ada@EXAMPLE.org']) {
      expect(await check.examine(aRecord({ email }))).toEqual({
        outcome: 'refused',
        reason: `its e-mail address is also that of ${first.id}`,
      });
    }
  });

  it('does not give a mailbox to the second because the first is refused', async () => {
    await check.examine(aRecord({ email: 'ada@example.org', password: 'x' }));
    expect(await check.examine(aRecord({ email: 'ada@example.org' }))).toMatchObject({ outcome: 'refused' });
  });

  it('refuses an address that another account here has', async () => {
    await anAccount('other', 'ada@example.org');
    expect(await check.examine(aRecord({ email: 'Ada@example.org' }))).toEqual({
      outcome: 'refused',
      reason: 'its e-mail address belongs to another account here',
    });
  });

  it('leaves an account alone that is here, whatever the earlier system says of it by now', async () => {
    const record = aRecord();
    await anAccount(record.id, 'ada@example.org');
    for (const changes of [{}, { email: null }, { password: null }, { faceVector: [1, 0, 0] }]) {
      expect(await check.examine({ ...record, ...changes })).toEqual({ outcome: 'here_already' });
    }
  });
});
