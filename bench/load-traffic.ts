import { setTimeout as sleep } from 'node:timers/promises';

import type { LoadAnswer, LoadCall, LoadClient } from './load-client.js';
import { LoadPopulation } from './load-population.js';
import { reproducibleRandom } from './reproducible-random.js';

export const LOAD_KINDS = ['session check', 'sign-in', 'verification'] as const;
export type LoadKind = (typeof LOAD_KINDS)[number];

/** Of twenty requests two sign in and one verifies: 10, 5 and 85 of a hundred, spread out. */
const CYCLE = 20;
const SIGN_INS = new Set([3, 13]);
const VERIFICATION = 8;

/** So many unanswered requests are no queue any more: the server is gone, or the measurement is. */
const MOST_UNDER_WAY = 5000;

interface SignedIn {
  readonly token: string;
}

export interface LoadRecord {
  readonly kind: LoadKind;
  /** When it was due: milliseconds after the beginning. Whoever waits to be sent is late, too. */
  readonly at: number;
  readonly ms: number;
  /** `refused`: 503 with a time after which to come again. Else what was wrong. */
  readonly outcome: 'served' | 'refused' | { readonly wrong: string };
}

/** What was asked and answered in one stretch of time. */
export interface LoadStretch {
  readonly records: readonly LoadRecord[];
  readonly seconds: number;
  /** Verifications that were due and had no sign-in to belong to, for those were refused. */
  readonly withoutSignIn: number;
  /** How late requests were sent, in milliseconds. */
  readonly sentLateMs: readonly number[];
}

/** Sends the mix, in one way or the other. */
export class LoadTraffic {
  #sent = 0;
  #underWay = 0;
  readonly #random = reproducibleRandom(20_260_101);

  constructor(
    private readonly client: LoadClient,
    private readonly population: LoadPopulation,
    private readonly probe: Pick<LoadCall, 'type' | 'body'>,
    private readonly signal: AbortSignal,
  ) {}

  /** Each of `callers` asks again as soon as it is answered: what the server can do at most. */
  async closed(callers: number, milliseconds: number): Promise<LoadStretch> {
    const stretch = new Stretch();
    const caller = async () => {
      while (stretch.elapsed < milliseconds && !this.signal.aborted) {
        await this.#send(stretch, stretch.elapsed);
      }
    };
    await Promise.all(Array.from({ length: callers }, caller));
    return stretch.close();
  }

  /** Arrivals of a Poisson process, which wait for no answer. Resolves when the last one has been sent. */
  async open(perSecond: number, milliseconds: number): Promise<{ readonly answered: Promise<LoadStretch> }> {
    const stretch = new Stretch();
    const sent: Promise<void>[] = [];
    for (let due = 0; due < milliseconds && !this.signal.aborted;) {
      const early = due - stretch.elapsed;
      if (early > 0.5) await sleep(early);
      // All that are due by now: a timer has milliseconds at best.
      for (const now = stretch.elapsed; due <= now && due < milliseconds; due += this.#gap(perSecond)) {
        stretch.sentLateMs.push(now - due);
        sent.push(this.#send(stretch, due));
      }
      if (this.#underWay > MOST_UNDER_WAY) throw new Error(`${this.#underWay} requests are unanswered`);
    }
    const answered = Promise.all(sent).then(() => stretch.close(milliseconds / 1000));
    return { answered };
  }

  #gap(perSecond: number): number {
    const uniform = (this.#random(1_000_000) + 1) / 1_000_001;
    return (-Math.log(uniform) * 1000) / perSecond;
  }

  async #send(stretch: Stretch, at: number): Promise<void> {
    const place = this.#sent++ % CYCLE;
    this.#underWay++;
    try {
      if (SIGN_INS.has(place)) await stretch.note('sign-in', at, () => this.#signIn());
      else if (place !== VERIFICATION) await stretch.note('session check', at, () => this.#check());
      else await this.#verify(stretch, at);
    } finally {
      this.#underWay--;
    }
  }

  async #check(): Promise<LoadRecord['outcome']> {
    const { session: token } = this.population.next();
    return judge(await this.client.call({ method: 'GET', path: '/user', token }), 200);
  }

  async #signIn(): Promise<LoadRecord['outcome']> {
    const account = this.population.next();
    const answer = await this.client.call(LoadPopulation.credentials(account));
    if (answer.status === 210) {
      const { verification_token: token } = JSON.parse(answer.text) as { verification_token: string };
      this.population.wait({ account, token, since: performance.now() });
    }
    if (answer.status === 200) account.session = (JSON.parse(answer.text) as SignedIn).token;
    return judge(answer, account.hasFace ? 210 : 200);
  }

  async #verify(stretch: Stretch, at: number): Promise<void> {
    const signIn = this.population.takeWaiting();
    if (!signIn) {
      stretch.withoutSignIn++;
      return;
    }
    await stretch.note('verification', at, async () => {
      const path = '/user/image/compare-faces';
      const answer = await this.client.call({ method: 'POST', path, token: signIn.token, ...this.probe });
      const outcome = judge(answer, 200);
      // Nothing was looked at: the same sign-in may try again.
      if (outcome === 'refused') this.population.wait(signIn);
      if (outcome === 'served') {
        signIn.account.session = (JSON.parse(answer.text) as { result: SignedIn }).result.token;
      }
      return outcome;
    });
  }
}

class Stretch {
  readonly #records: LoadRecord[] = [];
  readonly #startedAt = performance.now();
  readonly sentLateMs: number[] = [];
  withoutSignIn = 0;

  get elapsed(): number {
    return performance.now() - this.#startedAt;
  }

  async note(kind: LoadKind, at: number, work: () => Promise<LoadRecord['outcome']>): Promise<void> {
    const outcome = await work().catch((error: unknown) => {
      const { code, message } = error as NodeJS.ErrnoException;
      return { wrong: code ?? message };
    });
    this.#records.push({ kind, at, ms: this.elapsed - at, outcome });
  }

  close(seconds = this.elapsed / 1000): LoadStretch {
    const { sentLateMs, withoutSignIn } = this;
    return { records: this.#records, seconds, sentLateMs, withoutSignIn };
  }
}

function judge({ status, retryAfter, text }: LoadAnswer, wanted: number): LoadRecord['outcome'] {
  if (status === wanted) return 'served';
  const code = /"code":"(\w+)"/.exec(text)?.[1] ?? 'no code';
  if (status === 503 && Number(retryAfter) > 0) return 'refused';
  return { wrong: `${status} ${code}${status === 503 ? ' without Retry-After' : ''}` };
}
