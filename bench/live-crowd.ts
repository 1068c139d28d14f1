import { setTimeout } from 'node:timers/promises';

import { startProgress } from '../src/cli/terminal/progress.js';
import type { FilmReel } from './film-reel.js';
import type { EnrolledAccount } from './live-accounts.js';
import { LiveCamera } from './live-camera.js';

/** What one client got, over all of its sessions. */
export interface ClientRecord {
  /** While a session was open, in milliseconds. */
  activeMs: number;
  sent: number;
  answered: number;
  lost: number;
  /** Of those, before the session had been told a rate of its own, or could have been. */
  lostAtStart: number;
  readonly guidanceMs: number[];
  /** The announced rate at each frame. */
  readonly rates: number[];
  /** How often its sessions ended for which reason. */
  readonly endings: Map<string, number>;
}

interface StillsRecord {
  /** Of those that were served. */
  readonly ms: number[];
  notServed: number;
}

export interface Crowd {
  readonly clients: readonly ClientRecord[];
  readonly stills: StillsRecord;
}

/** Sessions that we end ourselves because the time is up. */
const OUR_END = 'end of the run';
const STILL_EVERY_MS = 3000;
/** After a session that was refused: a client does not hammer. */
const REFUSED_MS = 1000;
/** A session begins with the highest rate, and is told its own with its first frames. */
const START_MS = 1000;

interface CrowdParts {
  readonly url: string;
  readonly accounts: readonly EnrolledAccount[];
  /** The clients sit before these in turn. */
  readonly reels: readonly FilmReel[];
  readonly bystander: { readonly account: EnrolledAccount; readonly still: Uint8Array };
}

/**
 * Clients with one session after the other, each at the rate that the server announces, and beside them somebody
 * who signs in with stills.
 */
export async function measureCrowd(
  { url, accounts, reels, bystander }: CrowdParts,
  milliseconds: number,
  signal: AbortSignal,
): Promise<Crowd> {
  const until = performance.now() + milliseconds;
  const seconds = Math.round(milliseconds / 1000);
  const progress = startProgress(`${accounts.length} sessions, second`, seconds, process.stderr);
  const clock = setInterval(progress.advance, 1000);
  try {
    const [stills, ...clients] = await Promise.all([
      sendStills(bystander, until, signal),
      ...accounts.map((account, i) =>
        new Client(url, account, reels[i % reels.length]!, i * 1700).run(until, signal),
      ),
    ]);
    return { clients, stills };
  } finally {
    clearInterval(clock);
    progress.stop();
  }
}

class Client {
  readonly #record: ClientRecord = {
    activeMs: 0,
    sent: 0,
    answered: 0,
    lost: 0,
    lostAtStart: 0,
    guidanceMs: [],
    rates: [],
    endings: new Map(),
  };

  constructor(
    private readonly url: string,
    private readonly account: EnrolledAccount,
    private readonly reel: FilmReel,
    /** Where the client's film is at the beginning, and how much later than the first it comes, in part. */
    private readonly offset: number,
  ) {}

  async run(until: number, signal: AbortSignal): Promise<ClientRecord> {
    await setTimeout(this.offset / 8, undefined, { signal });
    while (performance.now() < until) {
      let ending: string;
      try {
        ending = await this.#session(until, signal);
      } catch (error) {
        signal.throwIfAborted();
        ending = `not opened: ${error instanceof Error ? error.message : String(error)}`;
        await setTimeout(REFUSED_MS, undefined, { signal });
      }
      this.#record.endings.set(ending, (this.#record.endings.get(ending) ?? 0) + 1);
    }
    return this.#record;
  }

  async #session(until: number, signal: AbortSignal): Promise<string> {
    const camera = await LiveCamera.open(this.url, await this.account.ticket());
    const startedAt = performance.now();
    let due = startedAt;
    while (camera.ending === undefined && performance.now() < until) {
      this.#record.rates.push(camera.framesPerSecond);
      this.#record.sent++;
      const sentAt = performance.now();
      void camera.send(this.reel.at(this.offset + performance.now())).then((fate) => {
        if (fate.kind === 'guidance') this.#record.guidanceMs.push(fate.ms);
        if (fate.kind === 'guidance' || fate.kind === 'stage') this.#record.answered++;
        else if (fate.kind === 'lost') this.#lost(sentAt - startedAt);
      });
      // What has been missed is not made up for: that would be faster than announced.
      due = Math.max(due + 1000 / camera.framesPerSecond, performance.now());
      await setTimeout(due - performance.now(), undefined, { signal });
    }
    const ending = camera.ending ?? OUR_END;
    this.#record.activeMs += Math.min(camera.endedAt, performance.now()) - startedAt;
    await camera.stop();
    return ending;
  }

  #lost(sinceStart: number): void {
    this.#record.lost++;
    if (sinceStart < START_MS) this.#record.lostAtStart++;
  }
}

async function sendStills(
  { account, still }: CrowdParts['bystander'],
  until: number,
  signal: AbortSignal,
): Promise<StillsRecord> {
  const record: StillsRecord = { ms: [], notServed: 0 };
  while (performance.now() < until) {
    const ms = await account.compare(still).catch(() => null);
    if (ms === null) record.notServed++;
    else record.ms.push(ms);
    await setTimeout(STILL_EVERY_MS, undefined, { signal });
  }
  return record;
}

/** What a session may end with: a verdict on what was shown, or our own end. Anything else is the server's doing. */
const VERDICTS: ReadonlySet<string> = new Set([
  OUR_END,
  'passed',
  'face_mismatch',
  'not_positioned',
  'step_timed_out',
  'wrong_movement',
  'face_lost',
  'several_people',
  'person_changed',
  'camera_frozen',
  'light_not_reflected',
]);

export function isVerdict(ending: string): boolean {
  return VERDICTS.has(ending);
}
