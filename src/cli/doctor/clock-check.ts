import type { Config } from '../../config/config.js';
import { count } from '../terminal/number-format.js';
import { type Finding, findings } from './finding.js';

const { ok, warning, failed, skipped } = findings('clock');

const PATIENCE_MS = 5000;
const WATCHED_MS = 300;
/** In so short a time a clock is set by a jump, not by a correction. */
const JUMP_MS = 100;
/** The Date of an answer has whole seconds. */
const NOTICEABLE_MS = 3000;
/** Tokens of a sign-in live for minutes, and those of live sessions for less. */
const HARMFUL_MS = 20_000;

const ADVICE = 'Set the clock by NTP: tokens and sessions end by it, on every server.';

/** Against the clocks of others; time zones do not matter. */
export async function checkClock(config: Config, url = config.publicUrl): Promise<Finding[]> {
  return [...(await checkRunning()), ...(await checkOthers(config, url))];
}

/** Whether it runs as the machine's own counter does. */
async function checkRunning(): Promise<Finding[]> {
  const began = { wall: Date.now(), steady: performance.now() };
  await new Promise((resolve) => setTimeout(resolve, WATCHED_MS));
  const difference = Date.now() - began.wall - (performance.now() - began.steady);
  if (Math.abs(difference) < JUMP_MS) return [];
  return [warning(`was set by ${count(difference)} ms while it was looked at`, ADVICE)];
}

async function checkOthers(config: Config, url: string): Promise<Finding[]> {
  const found: Finding[] = [];
  if (config.storage.kind === 'mongodb') {
    const { readServerClock } = await import('../../storage/mongo/server-clock.js');
    const ahead = await readServerClock(config.storage.url).catch(() => null);
    if (ahead !== null) found.push(judge(ahead, 'that of the database server'));
  }
  if (!/^(localhost|127\.0\.0\.1|\[::1\])$/.test(new URL(url).hostname)) {
    const ahead = await aheadOfUs(url);
    if (ahead !== null) found.push(judge(ahead, `that of ${url}`));
  }
  return found.length > 0
    ? found
    : [skipped('runs steadily; there is no other clock here to compare it with. See that NTP sets it')];
}

/** @param ahead of ours, in milliseconds */
function judge(ahead: number, whose: string): Finding {
  const off = Math.abs(ahead);
  if (off <= NOTICEABLE_MS) return ok(`agrees with ${whose}`);
  const says = `is ${count(off / 1000)} s ${ahead > 0 ? 'behind' : 'ahead of'} ${whose}`;
  return off > HARMFUL_MS ? failed(says, ADVICE) : warning(says, ADVICE);
}

/** @returns milliseconds, null where nobody answers or no time is given */
async function aheadOfUs(url: string): Promise<number | null> {
  const asked = Date.now();
  try {
    const { headers } = await fetch(new URL('/health/live', url), {
      signal: AbortSignal.timeout(PATIENCE_MS),
      redirect: 'manual',
    });
    const date = Date.parse(headers.get('date') ?? '');
    // It was cut off to whole seconds: the middle of that second is meant.
    return Number.isNaN(date) ? null : date + 500 - (asked + Date.now()) / 2;
  } catch {
    return null;
  }
}
