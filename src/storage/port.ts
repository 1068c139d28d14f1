/**
 * What the use cases need of a database, and nothing more. Each operation that guards something is atomic
 * in the store itself: of any number of concurrent callers exactly one is told that it succeeded, also
 * across processes. Ids are made by the application; times are UTC milliseconds.
 *
 * An adapter parses what it reads and throws for what it cannot parse or reach; it never answers with a
 * guess.
 */

/** The database cannot be reached, opened or written to right now. Nothing of the operation has happened. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable';
}

/** The stored template of an enrollee. Only ciphertext comes here; the key is never in the database. */
export interface BiometricReference {
  readonly modelId: string;
  readonly ciphertext: Uint8Array;
  /** 0…1, of the sample that it was made from. */
  readonly qualityScore: number;
  readonly createdAt: number;
}

export interface Account {
  readonly id: string;
  /** Normalised: unique under the rules of `normaliseEmail`. */
  readonly email: string;
  /** A PHC string, e.g. `$argon2id$…`. */
  readonly passwordHash: string;
  readonly createdAt: number;
  readonly reference: BiometricReference | null;
  /** How often the reference was erased: tells whether somebody withdrew it in the meantime. */
  readonly referenceErasures: number;
}

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
  /** Erases the reference. @returns false when there is no such account; having none is success */
  eraseReference(accountId: string): Promise<boolean>;
}

export interface SessionStore {
  insert(session: Session): Promise<void>;
  /**
   * Inserts a session that a password alone has earned.
   * @returns false, and inserts nothing, when the account has a face by now
   */
  insertUnlessFaceEnrolled(session: Session): Promise<boolean>;
  /** @returns null for an unknown session and for one that has expired at `now` */
  findLive(id: string, now: number): Promise<Session | null>;
  /** @returns true for exactly one of several callers */
  delete(id: string): Promise<boolean>;
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
}

export interface Storage {
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly signInFlows: SignInFlowStore;
  /** Removes sessions and flows that have expired at `now`. @returns how many */
  removeExpired(now: number): Promise<number>;
  close(): Promise<void>;
}
