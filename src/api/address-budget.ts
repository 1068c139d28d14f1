import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

import type { AddressScopes } from './client-address.js';
import { Problem } from './problems.js';

const MINUTE_SECONDS = 60;
/** So many budgets are kept for those who are new within a minute; an attacker with many addresses wants more of them. */
const MAX_NEWCOMERS = 50_000;
/** What a whole network may ask for, in budgets of one client. */
const NETWORK_SHARE = 16;

/** How often something may be asked for in a minute, by key. */
export class Budget {
  readonly #limiter: RateLimiterMemory;

  constructor(requestsPerMinute: number) {
    this.#limiter = new RateLimiterMemory({ points: requestsPerMinute, duration: MINUTE_SECONDS });
  }

  /** @throws Problem `too_many_requests` */
  async take(key: string): Promise<void> {
    try {
      await this.#limiter.consume(key);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      const retryAfterSeconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
      throw new Problem('too_many_requests', { retryAfterSeconds });
    }
  }

  /** @returns whether something is remembered about the key */
  async knows(key: string): Promise<boolean> {
    return (await this.#limiter.get(key)) !== null;
  }
}

/**
 * How often something may be asked for in a minute, by where it comes from. In bounded memory: once too many are new,
 * whoever is new shares the budget of a wider network, and whoever was there before goes on as always.
 */
export class AddressBudget {
  readonly #clients: Budget;
  readonly #networks: Budget;
  readonly #newcomers: RateLimiterMemory;

  constructor(requestsPerMinute: number, maxNewcomers = MAX_NEWCOMERS) {
    this.#clients = new Budget(requestsPerMinute);
    this.#networks = new Budget(requestsPerMinute * NETWORK_SHARE);
    this.#newcomers = new RateLimiterMemory({ points: maxNewcomers, duration: MINUTE_SECONDS });
  }

  /** @throws Problem `too_many_requests` */
  async take({ client, site, region }: AddressScopes): Promise<void> {
    if (!(await this.#clients.knows(client)) && !(await this.#hasRoom())) {
      await this.#networks.take(region);
      return;
    }
    if (site !== null) await this.#networks.take(site);
    await this.#clients.take(client);
  }

  async #hasRoom(): Promise<boolean> {
    try {
      await this.#newcomers.consume('all');
      return true;
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      return false;
    }
  }
}
