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
  /** Hash of the token's identifier: who reads the database cannot present the token. */
  readonly id: string;
  readonly accountId: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** The methods that were completed (RFC 8176): `pwd`, `face`. */
  readonly methods: readonly string[];
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
  /** Replaces exactly the hash that was read. @returns false when it is another one by now */
  replacePasswordHash(accountId: string, current: string, replacement: string): Promise<boolean>;
  /**
   * Puts the reference in the place of an earlier one as a whole, while what allowed it still holds.
   * @returns false when there is no such account, its session has ended at `now`, or a reference of it has
   *          been erased since `referenceErasures` was read
   */
  putReference(
    accountId: string,
    reference: BiometricReference,
    allowedBy: { readonly sessionId: string; readonly referenceErasures: number; readonly now: number },
  ): Promise<boolean>;
  /**
   * Erases the reference, and the live records with it.
   * @returns false when there is no such account; having none is success
   */
  eraseReference(accountId: string): Promise<boolean>;
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
   * @returns false, and inserts nothing, when the account has a face by now, or is there no more
   */
  insertUnlessFaceEnrolled(session: Session): Promise<boolean>;
  /**
   * The session and its account, both as they are at one moment.
   * @returns null for an unknown session, for another account's, and for one that has expired at `now`
   */
  findLive(
    accountId: string,
    id: string,
    now: number,
  ): Promise<{ readonly session: Session; readonly account: Account } | null>;
  /** @returns true for exactly one of several callers */
  delete(accountId: string, id: string): Promise<boolean>;
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
  readonly facts: InstallationFacts;
  readonly archive: { readonly accounts: Archive<AccountRecord>; readonly signInFlows: Archive<SignInFlow> };
  /** @throws StorageUnavailable when operations would fail now */
  ping(): Promise<void>;
  /** Removes sessions, flows and spent tickets that have expired at `now`. Every query leaves them out by itself as well. */
  removeExpired(now: number): Promise<void>;
  close(): Promise<void>;
}
