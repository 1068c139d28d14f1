/**
 * What the use cases need of a database, and nothing more. Each operation that guards something is atomic
 * in the store itself: of any number of concurrent callers exactly one is told that it succeeded, also
 * across processes. Ids are made by the application; times are UTC milliseconds.
 *
 * An adapter parses what it reads and throws for what it cannot parse or reach; it never answers with a
 * guess. Ids are ASCII; times lie between 1970 and the end of JavaScript's calendar (8.64e15).
 */

/**
 * The database cannot be reached, opened or written to right now. The operation was not acknowledged: it has
 * not happened, or, where the answer was lost on the way, has happened as a whole. Repeating it is safe.
 */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable';
}

/** The stored template of an enrollee. Only ciphertext comes here; the key is never in the database. */
export interface BiometricReference {
  readonly modelId: string;
  readonly ciphertext: Uint8Array;
  /** 0…1, of the sample that it was made from; null for one that came without its sample. */
  readonly qualityScore: number | null;
  readonly createdAt: number;
  /** When it was last matched, or else made: the retention clock of a face that nobody uses. */
  readonly lastUsedAt: number;
  /** It was revoked: the next good probe that matches it takes its place under a new transform. */
  readonly renewalDue: boolean;
}

export interface Account {
  readonly id: string;
  /** Normalised: unique under the rules of `normaliseEmail`. */
  readonly email: string;
  /** A PHC string, e.g. `$argon2id$…`, or bcrypt's `$2b$…` of an account that came from elsewhere. */
  readonly passwordHash: string;
  readonly createdAt: number;
  readonly reference: BiometricReference | null;
  /** How often the reference was erased: tells whether somebody withdrew it in the meantime. */
  readonly referenceErasures: number;
  /**
   * The face was taken away by somebody else than its owner: until a second factor is bound again, the password
   * alone does not sign in.
   */
  readonly secondFactorOwed: boolean;
  /** Whether passkeys are bound. Told when an account is read; inserting an account binds none. */
  readonly hasPasskeys: boolean;
}

/** What a live session that enrolled or verified a face leaves behind, so that its recording is known again. */
export interface LiveRecord {
  /** Traces of its frames, encrypted as a template is. */
  readonly ciphertext: Uint8Array;
  readonly createdAt: number;
}

/** An account keeps so many live records; one more drops the oldest. */
export const MAX_LIVE_RECORDS = 32;

/** An account holds so many sessions; one more ends the oldest. */
export const MAX_SESSIONS = 100;

export interface Session {
  /** Public: names the session to its owner, for as long as it lives. No secret. */
  readonly id: string;
  readonly accountId: string;
  /** Hash of the identifier of the token in use: who reads the database cannot present the token. */
  readonly tokenHash: string;
  /** The token that the one in use has replaced, and when; null for the session's first token. */
  readonly replaced: { readonly tokenHash: string; readonly at: number } | null;
  /** When its owner authenticated. */
  readonly createdAt: number;
  readonly lastUsedAt: number;
  /** However much it is used. */
  readonly expiresAt: number;
  /** The methods that were completed (RFC 8176): `pwd`, `face`, `pop`, `otp`. */
  readonly methods: readonly string[];
  /** For its owner to know it again by, e.g. `Firefox on Linux`; null when unknown. */
  readonly device: string | null;
}

type SignInFlowState = 'awaiting_face' | 'passed' | 'locked';

/** One sign-in attempt that has passed the password and waits for the face. */
export interface SignInFlow {
  readonly id: string;
  readonly accountId: string;
  readonly state: SignInFlowState;
  readonly faceFailures: number;
  readonly createdAt: number;
  readonly expiresAt: number;
}

export interface AccountStore {
  /** Fails on an e-mail that is taken, however many sign-ups of it run at once. */
  insert(account: Account): Promise<'inserted' | 'duplicate_email'>;
  findByEmail(email: string): Promise<Account | null>;
  findById(id: string): Promise<Account | null>;
  /** The account with all that belongs to it, as it is at one moment: for its owner, and before it is erased. */
  findRecord(id: string): Promise<AccountRecord | null>;
  /** Replaces exactly the hash that was read. @returns false when it is another one by now */
  replacePasswordHash(accountId: string, current: string, replacement: string): Promise<boolean>;
  /**
   * Puts the reference in the place of an earlier one as a whole, while what allowed it still holds. The account
   * owes no second factor any more.
   * @returns false when there is no such account, its session has ended at `now`, or a reference of it has
   *          been erased since `referenceErasures` was read
   */
  putReference(
    accountId: string,
    reference: BiometricReference,
    allowedBy: { readonly sessionId: string; readonly referenceErasures: number; readonly now: number },
  ): Promise<boolean>;
  /**
   * Puts a reference in the place of exactly the one that was read, byte for byte.
   * @returns false when it is another one by now, or none
   */
  replaceReference(accountId: string, current: Uint8Array, replacement: BiometricReference): Promise<boolean>;
  /** Notes that exactly this reference was matched. Another one by now is none of this call's business. */
  touchReference(accountId: string, current: Uint8Array, now: number): Promise<void>;
  /** @returns false when there is no such account, or it has no reference */
  markReferenceForRenewal(accountId: string): Promise<boolean>;
  /** @returns ids of at most `limit` accounts whose reference was last used before `time` */
  withReferenceUnusedSince(time: number, limit: number): Promise<string[]>;
  /**
   * Erases the reference, and the live records with it.
   *
   * @param owing whether the account owes a second factor from now on
   * @returns false when there is no such account; having no reference is success
   */
  eraseReference(accountId: string, owing: boolean): Promise<boolean>;
  /** Erases the account with all that belongs to it, sign-ins in progress too. @returns true for exactly one of several callers */
  erase(accountId: string): Promise<boolean>;
  /** @returns false, and keeps nothing, when there is no such account or it has no reference */
  appendLiveRecord(accountId: string, record: LiveRecord): Promise<boolean>;
  /** @returns the account's live records, oldest first; none for an unknown account */
  liveRecords(accountId: string): Promise<LiveRecord[]>;
}

export interface SessionStore {
  /** @returns false, and inserts nothing, when there is no such account */
  insert(session: Session): Promise<boolean>;
  /**
   * Inserts a session that a password alone has earned.
   * @returns false, and inserts nothing, when the account has a face or a passkey by now, owes a second factor,
   *          or is there no more
   */
  insertByPasswordAlone(session: Session): Promise<boolean>;
  /**
   * The session and its account, both as they are at one moment.
   * @returns null for an unknown session, for another account's, for one that has expired at `now`, and for one
   *          that was last used at `idleSince` or earlier
   */
  findLive(
    accountId: string,
    id: string,
    at: { readonly now: number; readonly idleSince: number },
  ): Promise<{ readonly session: Session; readonly account: Account } | null>;
  /** @returns the account's sessions that live, in the order in which they were opened */
  list(accountId: string, at: { readonly now: number; readonly idleSince: number }): Promise<Session[]>;
  /** Notes that the session was used. One that has ended stays ended. */
  touch(accountId: string, id: string, now: number): Promise<void>;
  /**
   * Gives the session another token in the place of exactly the one that was read, which becomes the replaced one.
   * @returns true for exactly one of several callers
   */
  replaceToken(
    accountId: string,
    id: string,
    current: string,
    replacement: { readonly tokenHash: string; readonly at: number },
  ): Promise<boolean>;
  /** @returns true for exactly one of several callers */
  delete(accountId: string, id: string): Promise<boolean>;
  /** Ends all sessions of the account but `kept` (null: all). @returns how many it ended */
  deleteOthers(accountId: string, kept: string | null): Promise<number>;
}

export interface SignInFlowStore {
  insert(flow: SignInFlow): Promise<void>;
  find(id: string): Promise<SignInFlow | null>;
  /**
   * Moves a flow that awaits its face and has not expired to `passed`.
   * @returns true for exactly one of several callers: whoever gets it may create the session
   */
  pass(id: string, now: number): Promise<boolean>;
  /**
   * Counts one failed comparison of a flow that awaits its face and has not expired; the `limit`-th locks it.
   * @returns the flow as it is then, null when it was not waiting any more
   */
  countFaceFailure(id: string, now: number, limit: number): Promise<SignInFlow | null>;
  /**
   * Counts an attempt before it is made, as a failed one, of a flow that awaits its face, has not expired and has
   * fewer than `limit` failures. It does not lock the flow: the attempt's success may still pass it.
   * @returns the flow as it is then, null when no attempt was left
   */
  reserveFaceAttempt(id: string, now: number, limit: number): Promise<SignInFlow | null>;
  /** Counts one failure less of a flow that awaits its face and has not expired, for an attempt that was reserved. */
  takeBackFaceAttempt(id: string, now: number): Promise<void>;
  /** Ends all of the account's: what they were started with does not count any more. */
  deleteOf(accountId: string): Promise<void>;
}

/** A public-key credential (WebAuthn) that is bound to an account. */
export interface Passkey {
  /** Of the credential, base64url; unique among all accounts. */
  readonly id: string;
  /** COSE. */
  readonly publicKey: Uint8Array;
  /** Of signatures; authenticators that do not count leave it at 0. */
  readonly counter: number;
  /** How a browser reaches it, e.g. `internal`, `usb`. */
  readonly transports: readonly string[];
  /** For its owner. */
  readonly name: string;
  /** Whether it may be copied to other devices of its owner. */
  readonly backedUp: boolean;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

/** An account binds so many passkeys. */
export const MAX_PASSKEYS = 10;

export interface PasskeyStore {
  /**
   * Binds a passkey, while the session that asked for it lives. The account owes no second factor any more.
   * @returns `refused` when there is no such account or its session has ended
   */
  add(
    accountId: string,
    passkey: Passkey,
    allowedBy: { readonly sessionId: string; readonly now: number },
  ): Promise<'added' | 'duplicate' | 'too_many' | 'refused'>;
  /** @returns in the order in which they were bound */
  list(accountId: string): Promise<Passkey[]>;
  find(id: string): Promise<{ readonly accountId: string; readonly passkey: Passkey } | null>;
  /**
   * Notes a use of the passkey, while its counter is still the one that was read.
   * @returns false when it is another one by now, or there is no such passkey
   */
  use(
    accountId: string,
    id: string,
    current: number,
    used: { readonly counter: number; readonly at: number },
  ): Promise<boolean>;
  /** @returns true for exactly one of several callers */
  remove(accountId: string, id: string): Promise<boolean>;
}

/** Codes that stand in for a lost factor, each once. Stores know their hashes only. */
export interface RecoveryCodeStore {
  /** Puts codes in the place of all earlier ones. @returns false when there is no such account */
  replace(accountId: string, hashes: readonly string[]): Promise<boolean>;
  /** @returns how many are left */
  remaining(accountId: string): Promise<number>;
  /** @returns true for exactly one of several callers, false for a hash that is not among them */
  spend(accountId: string, hash: string): Promise<boolean>;
}

/** Something about an account that its owner should know. */
export interface Notice {
  readonly id: string;
  readonly kind: string;
  readonly createdAt: number;
  readonly seen: boolean;
  /** E.g. the device; nothing secret. */
  readonly details: Readonly<Record<string, string>>;
}

/** An account keeps so many notices; one more drops the oldest. */
export const MAX_NOTICES = 100;

export interface NoticeStore {
  /** @returns false, and keeps nothing, when there is no such account or it has a notice with this id */
  append(accountId: string, notice: Notice): Promise<boolean>;
  /** @returns oldest first */
  list(accountId: string): Promise<Notice[]>;
  /** Takes a notice back. @returns whether it was there */
  withdraw(accountId: string, id: string): Promise<boolean>;
  /** Marks those with these ids as seen. */
  markSeen(accountId: string, ids: readonly string[]): Promise<void>;
}

/** That a person agreed, or agrees no more, to the processing of their face. */
export interface Consent {
  readonly version: string;
  /** SHA-256 of the text that was agreed to, in hexadecimal. */
  readonly textDigest: string;
  readonly givenAt: number;
  readonly withdrawnAt: number | null;
  /** How it reached us: `call`, `header`, `form_field`. */
  readonly means: string;
}

/** An account keeps so many consents; one more drops the oldest. */
export const MAX_CONSENTS = 50;

export interface ConsentStore {
  /**
   * Appends a consent, unless the latest one is of the same version and text and not withdrawn.
   * @returns false when there is no such account
   */
  give(accountId: string, consent: Consent): Promise<boolean>;
  /** Marks those that stand as withdrawn. @returns whether any stood */
  withdraw(accountId: string, now: number): Promise<boolean>;
  /** @returns oldest first */
  list(accountId: string): Promise<Consent[]>;
}

/**
 * The key under which an account's templates are sealed, itself sealed under the installation's. Kept apart from the
 * account: without it, whatever is left of the templates anywhere is noise.
 */
export interface AccountKey {
  readonly accountId: string;
  readonly sealed: Uint8Array;
}

export interface AccountKeyStore {
  find(accountId: string): Promise<Uint8Array | null>;
  /** Of concurrent callers the first one's key is kept. @returns the key that is there now */
  insertUnlessThere(accountId: string, sealed: Uint8Array): Promise<Uint8Array>;
  /** @returns false when it is another one by now, or gone */
  replace(accountId: string, current: Uint8Array, replacement: Uint8Array): Promise<boolean>;
  /** @returns whether there was one */
  shred(accountId: string): Promise<boolean>;
}

/**
 * Consecutive failures of one subject from one origin. The subject is what is tried at (an e-mail address, keyed and
 * hashed; the face of an account), the origin who tries (a known device, or everybody else).
 */
export interface AttemptCounter {
  readonly subject: string;
  readonly origin: string;
  readonly failures: number;
  /** No attempt before this time; 0 for none. */
  readonly blockedUntil: number;
  /** When it may be forgotten. */
  readonly expiresAt: number;
}

export interface AttemptCounterStore {
  /** @returns null for one that has expired at `now` */
  find(subject: string, origin: string, now: number): Promise<AttemptCounter | null>;
  /**
   * Counts an attempt as failed before it is made: writes `counter`, while there are `current` failures (0: no
   * counter, or an expired one) and no block at `now`.
   * @returns true for exactly one of several callers that read the same number
   */
  reserve(counter: AttemptCounter, current: number, now: number): Promise<boolean>;
  /** Takes back a failure, for an attempt that was none, and with it a block that up to `upTo` failures have brought. */
  release(subject: string, origin: string, upTo: number): Promise<void>;
  /** @param origin null for all of the subject */
  clear(subject: string, origin: string | null): Promise<void>;
}

/** One line of the audit log. Each seals the one before it. */
export interface AuditEntry {
  /** From 1, without a gap. */
  readonly sequence: number;
  readonly at: number;
  readonly accountId: string | null;
  /** What happened, as JSON text: the hash is over its bytes. */
  readonly record: string;
  /** Over the entry before and this one. */
  readonly hash: string;
}

export interface AuditStore {
  last(): Promise<AuditEntry | null>;
  /** @returns false when there is an entry with this sequence: another one was quicker */
  append(entry: AuditEntry): Promise<boolean>;
  /** @returns at most `limit` entries after `sequence`, ascending */
  page(sequence: number, limit: number): Promise<AuditEntry[]>;
  /** @returns the newest entries about the account, at most `limit`, ascending */
  ofAccount(accountId: string, limit: number): Promise<AuditEntry[]>;
}

/** A message that waits for being sent to the operator's own systems. */
export interface OutboxMessage {
  readonly id: string;
  /** As it will be sent. */
  readonly body: string;
  readonly createdAt: number;
  /** Not before this time. */
  readonly dueAt: number;
  readonly attempts: number;
}

export interface OutboxStore {
  put(message: OutboxMessage): Promise<void>;
  /** Takes it back. @returns false when there is none any more */
  remove(id: string): Promise<boolean>;
  /**
   * Takes the message that has been due for longest, counts an attempt and makes it due again at `retryAt`, for the
   * case that whoever took it is not heard of any more.
   * @returns to exactly one of several callers
   */
  take(now: number, retryAt: number): Promise<OutboxMessage | null>;
  /** @returns false when there is none any more */
  postpone(id: string, dueAt: number): Promise<boolean>;
}

/** Tickets that may be used once, by whichever server they are brought to. */
export interface TicketStore {
  /**
   * @param id of the ticket, not its secret
   * @param expiresAt from when on the ticket is refused for its age, so that it may be forgotten
   * @returns true for exactly one of several callers
   */
  spend(id: string, expiresAt: number): Promise<boolean>;
}

/** An account with all that belongs to it. */
export interface AccountRecord {
  readonly account: Account;
  /** In the order in which they were opened. */
  readonly sessions: readonly Session[];
  /** Oldest first. */
  readonly liveRecords: readonly LiveRecord[];
  readonly passkeys: readonly Passkey[];
  /** Hashes, ascending. */
  readonly recoveryCodes: readonly string[];
  /** Oldest first. */
  readonly notices: readonly Notice[];
  /** Oldest first. */
  readonly consents: readonly Consent[];
}

/** A record to put has the e-mail of another one. The message names neither. */
export class DuplicateEmail extends Error {
  override readonly name = 'DuplicateEmail';

  constructor() {
    super('an e-mail address belongs to another account already');
  }
}

/** Records as wholes, for carrying an installation from one store to another. Not for the use cases. */
export interface Archive<T> {
  /** @returns the first `limit` records after the id `after` (null: from the beginning), ascending by id */
  page(after: string | null, limit: number): Promise<T[]>;
  /** Writes each record in the place of one with the same id. @throws DuplicateEmail */
  put(records: readonly T[]): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
}

/** What an installation remembers about itself. */
export type InstallationFact =
  /** Says from where a copy is being made into this store: it is not complete, and nothing may serve it. */
  | 'incomplete_copy_of'
  /** The highest cost among the bcrypt hashes that accounts brought from elsewhere. */
  | 'bcrypt_cost';

export interface InstallationFacts {
  read(fact: InstallationFact): Promise<string | null>;
  /** @param value null forgets it */
  write(fact: InstallationFact, value: string | null): Promise<void>;
}

/**
 * What a store is opened for. `serving`: people wait for each operation. `working`: an operator waits for a large
 * piece of work. `reading`: the same, but an installation must be there already, and is not changed by opening it.
 */
export type StoragePurpose = 'serving' | 'working' | 'reading';

export interface Storage {
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly signInFlows: SignInFlowStore;
  readonly tickets: TicketStore;
  readonly passkeys: PasskeyStore;
  readonly recoveryCodes: RecoveryCodeStore;
  readonly notices: NoticeStore;
  readonly consents: ConsentStore;
  readonly accountKeys: AccountKeyStore;
  readonly attempts: AttemptCounterStore;
  readonly audit: AuditStore;
  readonly outbox: OutboxStore;
  readonly facts: InstallationFacts;
  readonly archive: {
    readonly accounts: Archive<AccountRecord>;
    readonly signInFlows: Archive<SignInFlow>;
    /** By account id. */
    readonly accountKeys: Archive<AccountKey>;
    /** By subject, a space, origin. */
    readonly attempts: Archive<AttemptCounter>;
    /** By sequence in 16 digits. */
    readonly audit: Archive<AuditEntry>;
    readonly outbox: Archive<OutboxMessage>;
  };
  /** @throws StorageUnavailable when operations would fail now */
  ping(): Promise<void>;
  /** Removes sessions, flows, spent tickets and attempt counters that have expired at `now`. Every query leaves them out by itself as well. */
  removeExpired(now: number): Promise<void>;
  close(): Promise<void>;
}
