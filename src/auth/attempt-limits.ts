import { createHmac } from 'node:crypto';

import type { Account, AttemptCounterStore } from '../storage/port.js';
import { FIRST_DELAY_MS, delayAfter } from './attempt-delay.js';
import { AttemptsUnderWay } from './attempts-under-way.js';
import { AuthError } from './auth-error.js';
import type { KnownDevices } from './known-devices.js';
import type { SecurityEvents } from './security-event.js';

/** At whom an attempt is made: known by the address, whether or not there is such an account. */
export interface AttemptTarget {
  /** Normalised, or as it was typed where it is no address. */
  readonly email: string;
  readonly accountId: string | null;
}

/**
 * `failed`: counted. `accepted`: not a failure, but more is to come. `completed`: the sign-in is complete, and all
 * failures before it are forgotten.
 */
export type AttemptVerdict = 'failed' | 'accepted' | 'completed';

/** An attempt that is counted as failed until it is said to be otherwise. */
interface ReservedAttempt {
  readonly subject: string;
  readonly origin: string;
  readonly failures: number;
}

/** Makes an attempt that was counted uncounted; once. */
export type TakeBack = () => Promise<void>;

/** Longer than the longest delay: forgetting a counter gives nobody more attempts than waiting does. */
const COUNTER_MS = 24 * 3_600_000;
/** Until a face is accepted, or enrolled anew. */
const FACE_COUNTER_MS = 10 * 365 * 86_400_000;
const STRANGERS = 'strangers';
const FACE = 'face';
/** Every one that is lost means that another caller went on. */
const MAX_RACES = 1000;

/**
 * The limits of NIST SP 800-63B-4 (3.2.2, 3.2.3) over all factors of an account: after some consecutive failures each
 * further attempt has to wait, and after many failures of the face it is not accepted any more. Every attempt is
 * counted before it is made, so that a burst has no more of them than a queue.
 */
export class AttemptLimits {
  readonly #underWay = new AttemptsUnderWay();

  constructor(
    private readonly deps: {
      readonly attempts: AttemptCounterStore;
      readonly devices: KnownDevices;
      readonly events: SecurityEvents;
      /** Hides the addresses in the database. */
      readonly subjectKey: Uint8Array;
      /** Consecutive failures after which each further attempt has to wait. */
      readonly beforeDelay: number;
      /** Consecutive failures of the face after which it is not accepted. */
      readonly beforeSuspension: number;
      readonly now: () => number;
    },
  ) {}

  /**
   * Makes one attempt with any factor.
   *
   * @throws AuthError `too_many_attempts`, before anything is checked, with the time to wait
   */
  async attempt(target: AttemptTarget, check: () => Promise<AttemptVerdict>): Promise<AttemptVerdict> {
    return this.#reserve(target, (reserved) => this.#decide(target, reserved, check));
  }

  async #decide(
    target: AttemptTarget,
    reserved: ReservedAttempt,
    check: () => Promise<AttemptVerdict>,
  ): Promise<AttemptVerdict> {
    let verdict: AttemptVerdict;
    try {
      verdict = await check();
    } catch (error) {
      // Refused before anything was compared. After a fault nobody knows how far it came.
      if (error instanceof AuthError) await this.#release(reserved);
      throw error;
    }
    if (verdict === 'completed') await this.deps.attempts.clear(reserved.subject, reserved.origin);
    if (verdict === 'accepted') await this.#release(reserved);
    if (verdict === 'failed') await this.#noteDelay(target, reserved);
    return verdict;
  }

  /** As `attempt`, for a face. @throws AuthError also `face_suspended` */
  async attemptFace(account: Account, check: () => Promise<AttemptVerdict>): Promise<AttemptVerdict> {
    const face = await this.#reserveFace(account);
    let verdict: AttemptVerdict;
    try {
      verdict = await this.attempt(targetOf(account), check);
    } catch (error) {
      if (error instanceof AuthError) await this.#release(face);
      throw error;
    }
    if (verdict === 'completed') await this.restoreFace(account.id);
    if (verdict === 'accepted') await this.#release(face);
    if (verdict === 'failed') await this.#noteSuspension(account, face);
    return verdict;
  }

  /**
   * Counts an attempt at a face that takes longer than a request: failed, until `complete` is called.
   *
   * @returns takes it back, where it came to no end through no fault of whoever made it
   * @throws AuthError `too_many_attempts`, `face_suspended`
   */
  async reserveFace(account: Account): Promise<TakeBack> {
    const target = targetOf(account);
    const face = await this.#reserveFace(account);
    let attempt: ReservedAttempt;
    try {
      attempt = await this.#reserve(target, async (reserved) => {
        await this.#noteDelay(target, reserved);
        return reserved;
      });
    } catch (error) {
      await this.#release(face);
      throw error;
    }
    await this.#noteSuspension(account, face);
    return async () => {
      await this.#release(attempt);
      await this.#release(face);
    };
  }

  /** A sign-in was completed: what failed before it is forgotten, for whoever made it. */
  async complete(account: Account, { byFace }: { readonly byFace: boolean }): Promise<void> {
    const { subject, origin } = await this.#counterOf(targetOf(account));
    await this.deps.attempts.clear(subject, origin);
    if (byFace) await this.restoreFace(account.id);
  }

  /** The face was bound anew, or accepted. */
  async restoreFace(accountId: string): Promise<void> {
    await this.deps.attempts.clear(this.#faceSubject(accountId), null);
  }

  /**
   * For what is costly before an attempt is made: nothing is done for whoever has none.
   *
   * @throws AuthError `too_many_attempts`, `face_suspended`
   */
  async requireFaceAttempt(account: Account): Promise<void> {
    const { attempts, now } = this.deps;
    const { subject, origin } = await this.#counterOf(targetOf(account));
    const blockedUntil = (await attempts.find(subject, origin, now()))?.blockedUntil ?? 0;
    const mayBeLifted = this.#underWay.has(`${subject} ${origin}`);
    if (blockedUntil > now() && !mayBeLifted) throw tooManyAttempts(blockedUntil - now());
    if (await this.isFaceSuspended(account.id)) throw new AuthError('face_suspended');
  }

  async isFaceSuspended(accountId: string): Promise<boolean> {
    const { attempts, beforeSuspension, now } = this.deps;
    const counter = await attempts.find(this.#faceSubject(accountId), FACE, now());
    return (counter?.failures ?? 0) >= beforeSuspension;
  }

  /** Forgets all failures at the account, for everybody. */
  async clear(account: Account): Promise<void> {
    await this.deps.attempts.clear(this.#subject(account.email), null);
    await this.restoreFace(account.id);
  }

  async #counterOf({ email, accountId }: AttemptTarget): Promise<{ subject: string; origin: string }> {
    const device = await this.deps.devices.current(accountId);
    return { subject: this.#subject(email), origin: device ?? STRANGERS };
  }

  /** Counts an attempt as failed, and makes it. @throws AuthError `too_many_attempts` */
  async #reserve<T>(target: AttemptTarget, make: (reserved: ReservedAttempt) => Promise<T>): Promise<T> {
    const { attempts, beforeDelay, now } = this.deps;
    const { subject, origin } = await this.#counterOf(target);
    const key = `${subject} ${origin}`;
    for (let race = 0; race < MAX_RACES; race++) {
      const time = now();
      const counter = await attempts.find(subject, origin, time);
      if (counter && counter.blockedUntil > time) {
        if (await this.#underWay.oneDecided(key)) continue;
        throw tooManyAttempts(counter.blockedUntil - time);
      }
      const current = counter?.failures ?? 0;
      const failures = current + 1;
      const reserved = {
        subject,
        origin,
        failures,
        blockedUntil: failures < beforeDelay ? 0 : time + delayAfter(failures - beforeDelay),
        expiresAt: time + COUNTER_MS,
      };
      // Under way from here on: another one may see the block before we hear that it is ours.
      const made = await this.#underWay.run(key, async () =>
        (await attempts.reserve(reserved, current, time)) ? { result: await make(reserved) } : null,
      );
      if (made) return made.result;
    }
    throw tooManyAttempts(FIRST_DELAY_MS);
  }

  async #reserveFace(account: Account): Promise<ReservedAttempt> {
    const { attempts, beforeSuspension, now } = this.deps;
    const subject = this.#faceSubject(account.id);
    for (let race = 0; race < MAX_RACES; race++) {
      const time = now();
      const current = (await attempts.find(subject, FACE, time))?.failures ?? 0;
      if (current >= beforeSuspension) throw new AuthError('face_suspended');
      const counter = { subject, origin: FACE, failures: current + 1, blockedUntil: 0 };
      if (await attempts.reserve({ ...counter, expiresAt: time + FACE_COUNTER_MS }, current, time))
        return counter;
    }
    throw tooManyAttempts(FIRST_DELAY_MS);
  }

  async #release({ subject, origin, failures }: ReservedAttempt): Promise<void> {
    // Also those that were taken back before it have made room: a block that is left without its failures goes as well.
    await this.deps.attempts.release(subject, origin, Math.max(failures, this.deps.beforeDelay));
  }

  async #noteDelay({ accountId }: AttemptTarget, { failures, origin }: ReservedAttempt): Promise<void> {
    // Once, and not with every failure that follows.
    if (failures !== this.deps.beforeDelay) return;
    await this.deps.events.record({
      action: 'attempts_delayed',
      outcome: 'failure',
      accountId,
      by: 'account',
      reason: origin === STRANGERS ? 'unknown_device' : 'known_device',
    });
  }

  async #noteSuspension({ id }: Account, { failures }: ReservedAttempt): Promise<void> {
    if (failures !== this.deps.beforeSuspension) return;
    await this.deps.events.record({
      action: 'face_suspended',
      outcome: 'failure',
      accountId: id,
      by: 'account',
    });
  }

  #subject(email: string): string {
    return createHmac('sha256', this.deps.subjectKey).update(email).digest('base64url');
  }

  #faceSubject(accountId: string): string {
    return `face:${accountId}`;
  }
}

function targetOf({ email, id }: Account): AttemptTarget {
  return { email, accountId: id };
}

function tooManyAttempts(milliseconds: number): AuthError {
  return new AuthError('too_many_attempts', [], Math.max(1, Math.ceil(milliseconds / 1000)));
}
