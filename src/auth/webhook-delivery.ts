import { setTimeout as pause } from 'node:timers/promises';

import type { OutboxMessage, OutboxStore } from '../storage/port.js';
import type { AuditTrail } from './audit-trail.js';
import type { WebhookSigner } from './webhook-signature.js';

/** Messages under way at once: one slow answer does not hold up the rest. */
const LANES = 4;
const POLL_MS = 2000;
/** After a fault of the storage. */
const RECOVERY_MS = 10_000;
const ANSWER_MS = 10_000;
/** Longer than any attempt: until then nobody else takes the message. */
const LEASE_MS = 60_000;
/** A server that stops waits so long for the answers to what it has sent. */
const LAST_ANSWERS_MS = 3000;

const FIRST_RETRY_MS = 10_000;
const RETRY_FACTOR = 3;
const LONGEST_RETRY_MS = 6 * 3_600_000;
/** With the pauses above, two days. */
export const MAX_DELIVERIES = 15;

/** What came of one attempt to deliver a message. */
export type WebhookAttempt = 'taken' | 'postponed' | 'abandoned';

/**
 * Sends the messages of the outbox to the operator's systems, at least once each. Any number of servers may do so on
 * one outbox: a message is with one of them at a time.
 */
export class WebhookDelivery {
  readonly #underWay = new Set<Promise<void>>();
  /** Ends the loop. */
  readonly #stopping = new AbortController();
  /** Ends what is under way. */
  readonly #givingUp = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(
    private readonly deps: {
      readonly outbox: OutboxStore;
      readonly audit: AuditTrail;
      readonly signer: WebhookSigner;
      readonly url: string;
      /** Takes a sentence for the operator. */
      readonly warn: (sentence: string) => void;
      readonly onAttempt?: (outcome: WebhookAttempt) => void;
      readonly now: () => number;
      /** Between two looks into an empty outbox. */
      readonly pollMs?: number;
    },
  ) {}

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Waits a moment for what has been sent; what is not answered then stays in the outbox, for the next server. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const answers = Promise.all(this.#underWay);
    await Promise.race([answers, pause(LAST_ANSWERS_MS, undefined, { ref: false })]);
    this.#givingUp.abort();
    await this.#loop;
    await Promise.all(this.#underWay);
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      try {
        await this.#next();
      } catch (error) {
        this.deps.warn(`The outbox of the webhook cannot be read or written: ${String(error)}`);
        await this.#wait(RECOVERY_MS);
      }
    }
  }

  async #next(): Promise<void> {
    const { outbox, now } = this.deps;
    if (this.#underWay.size >= LANES) {
      await Promise.race(this.#underWay);
      return;
    }
    const message = await outbox.take(now(), now() + LEASE_MS);
    if (!message) {
      await this.#wait(this.deps.pollMs ?? POLL_MS);
      return;
    }
    const delivery = this.#deliver(message)
      // The lease brings it back.
      .catch((error: unknown) => {
        this.deps.warn(`The outbox of the webhook cannot be written: ${String(error)}`);
      })
      .finally(() => this.#underWay.delete(delivery));
    this.#underWay.add(delivery);
  }

  async #deliver(message: OutboxMessage): Promise<void> {
    const { outbox, now } = this.deps;
    const fault = await this.#send(message);
    if (fault === null) {
      this.deps.onAttempt?.('taken');
      await outbox.remove(message.id);
      return;
    }
    // Nobody has refused it: left to the lease.
    if (this.#givingUp.signal.aborted) return;
    if (message.attempts >= MAX_DELIVERIES) {
      await this.#abandon(message, fault);
      return;
    }
    this.deps.onAttempt?.('postponed');
    await outbox.postpone(message.id, now() + retryAfter(message.attempts));
    this.#warnOf(message, fault, 'It will be sent again.');
  }

  /** @returns null when the receiver has taken it, else what went wrong */
  async #send({ id, body }: OutboxMessage): Promise<string | null> {
    const { signer, url, now } = this.deps;
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          ...signer.headers(id, body, now()),
          'content-type': 'application/json',
          'user-agent': 'vultus',
        },
        body,
        // A signed message goes where it was meant to go.
        redirect: 'error',
        signal: AbortSignal.any([AbortSignal.timeout(ANSWER_MS), this.#givingUp.signal]),
      });
      // Its body is of no interest, however long it is.
      await response.body?.cancel();
      return response.ok ? null : `the answer was ${response.status}`;
    } catch (error) {
      return faultOf(error);
    }
  }

  async #abandon(message: OutboxMessage, fault: string): Promise<void> {
    const { audit, outbox, now } = this.deps;
    if (!(await outbox.remove(message.id))) return;
    this.deps.onAttempt?.('abandoned');
    this.#warnOf(message, fault, 'It is given up.');
    await audit.append(now(), null, {
      action: 'webhook_abandoned',
      outcome: 'failure',
      by: 'system',
      subject: message.id,
      requestId: 'internal',
      device: null,
    });
  }

  #warnOf({ id, attempts }: OutboxMessage, fault: string, consequence: string): void {
    // The path of the address may be a secret of the receiver's.
    const { host } = new URL(this.deps.url);
    this.deps.warn(
      `The webhook message ${id} was not taken by ${host} (attempt ${attempts} of ${MAX_DELIVERIES}): ${fault}. ${consequence}`,
    );
  }

  async #wait(milliseconds: number): Promise<void> {
    // Servers that were started together do not ask together.
    const jittered = milliseconds * (0.75 + Math.random() / 2);
    await pause(jittered, undefined, { signal: this.#stopping.signal, ref: false }).catch(() => undefined);
  }
}

/** @param attempts that have failed. @returns milliseconds */
export function retryAfter(attempts: number): number {
  const exact = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * RETRY_FACTOR ** (attempts - 1));
  return Math.round(exact * (1 + Math.random() / 5));
}

/** `fetch` says only that it failed; why stands in the cause. */
function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `there was no answer within ${ANSWER_MS / 1000} s`;
  const { cause } = error;
  const reason =
    cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : undefined;
  return reason ?? error.message;
}
