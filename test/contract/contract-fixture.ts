import { randomUUID } from 'node:crypto';

import { expect } from 'vitest';

import type {
  Account,
  AccountRecord,
  BiometricReference,
  Consent,
  LiveRecord,
  Notice,
  Passkey,
  Session,
  SignInFlow,
  Storage,
} from '../../src/storage/port.js';

export const NOW = 1_900_000_000_000;
/** The last millisecond of JavaScript's calendar: far beyond 32 bits, and beyond what a double rounds. */
export const END_OF_TIME = 8.64e15;
export const RACES = [20, 100];

/** Two handles on the same data, as two processes would have. */
export interface OpenedTwice {
  readonly first: Storage;
  readonly second: Storage;
  readonly close: () => Promise<void>;
}

/** What the parts of the suite share: the two handles, and records that are in the store already. */
export type ContractFixture = ReturnType<typeof contractFixture>;

/** @param opened the stores, asked for when a test runs */
export function contractFixture(opened: () => OpenedTwice) {
  const store = lazily(() => opened().first);
  const other = lazily(() => opened().second);
  const anAccount = async (changes: Partial<Account> = {}): Promise<Account> => {
    const account = newAccount(changes);
    expect(await store.accounts.insert(account)).toBe('inserted');
    return account;
  };
  return {
    store,
    other,
    anAccount,
    aSession: async (changes: Partial<Session> = {}): Promise<Session> => {
      const session = newSession({ accountId: changes.accountId ?? (await anAccount()).id, ...changes });
      expect(await store.sessions.insert(session)).toBe(true);
      return session;
    },
    aFlow: async (changes: Partial<SignInFlow> = {}): Promise<SignInFlow> => {
      const flow: SignInFlow = {
        id: randomUUID(),
        accountId: changes.accountId ?? (await anAccount()).id,
        state: 'awaiting_face',
        faceFailures: 0,
        createdAt: NOW,
        expiresAt: NOW + 1000,
        ...changes,
      };
      await store.signInFlows.insert(flow);
      return flow;
    },
    /** The same call from both handles at once, many times. */
    race: <T>(racers: number, call: (handle: Storage, i: number) => Promise<T>): Promise<T[]> =>
      Promise.all(Array.from({ length: racers }, (_, i) => call(i % 2 === 0 ? store : other, i))),
  };
}

/** A store that is there only once the tests run. */
function lazily(storage: () => Storage): Storage {
  return new Proxy({} as Storage, { get: (_, name) => Reflect.get(storage(), name) as unknown });
}

export const truths = (results: readonly unknown[]) => results.filter(Boolean).length;

/** A moment at which no session is idle. */
export const at = (now: number) => ({ now, idleSince: -1 });

export const newAccount = (changes: Partial<Account> = {}): Account => ({
  id: randomUUID(),
  email: `${randomUUID()}@example.org`,
  passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
  createdAt: NOW,
  reference: null,
  referenceErasures: 0,
  secondFactorOwed: false,
  hasPasskeys: false,
  ...changes,
});

export const newSession = (changes: Partial<Session> = {}): Session => ({
  id: randomUUID(),
  accountId: randomUUID(),
  tokenHash: randomUUID(),
  replaced: null,
  createdAt: NOW,
  lastUsedAt: NOW,
  expiresAt: NOW + 1000,
  methods: ['pwd', 'face'],
  device: 'Firefox on Linux',
  ...changes,
});

export const aReference = (changes: Partial<BiometricReference> = {}): BiometricReference => ({
  modelId: 'fr_feature',
  ciphertext: new Uint8Array(1 + 12 + 4 * 512 + 16).map((_, i) => (i * 37) % 256),
  qualityScore: 0.8125,
  createdAt: NOW + 1,
  lastUsedAt: NOW + 2,
  renewalDue: false,
  ...changes,
});

export const aLiveRecord = (i: number): LiveRecord => ({
  ciphertext: new Uint8Array(1 + 12 + 20 * 32 + 16).map((_, position) => (i + position * 41) % 256),
  createdAt: NOW + i,
});

export const aPasskey = (changes: Partial<Passkey> = {}): Passkey => ({
  id: randomUUID(),
  publicKey: new Uint8Array(77).map((_, i) => (i * 29) % 256),
  counter: 0,
  transports: ['internal', 'hybrid'],
  name: 'Telephone',
  backedUp: true,
  createdAt: NOW,
  lastUsedAt: null,
  ...changes,
});

export const aNotice = (changes: Partial<Notice> = {}): Notice => ({
  id: randomUUID(),
  kind: 'signed_in',
  createdAt: NOW,
  seen: false,
  details: { device: 'Firefox on Linux' },
  ...changes,
});

export const aConsent = (changes: Partial<Consent> = {}): Consent => ({
  version: '1',
  textDigest: 'a'.repeat(64),
  givenAt: NOW,
  withdrawnAt: null,
  means: 'call',
  ...changes,
});

/** An account with nothing but what is said. */
export const aRecord = (changes: Partial<AccountRecord> = {}): AccountRecord => ({
  account: newAccount(),
  sessions: [],
  liveRecords: [],
  passkeys: [],
  recoveryCodes: [],
  notices: [],
  consents: [],
  ...changes,
});

/** With the bytes as numbers: drivers give them as one kind of array or another. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}

/** An id that sorts immediately before `id`, so that a page after it begins with `id`. */
export const previous = (id: string) =>
  id.slice(0, -1) + String.fromCharCode(id.charCodeAt(id.length - 1) - 1) + '\u007f';
