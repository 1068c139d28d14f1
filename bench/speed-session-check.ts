import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

import { z } from 'zod';

import { startProgress } from '../src/cli/terminal/progress.js';
import {
  LEAST_ROUNDS,
  type SectionReport,
  inTurn,
  servedRow,
  spreadOf,
  spreadOfRatios,
  verdict,
} from './speed-figures.js';
import { PEERS_FOLDER } from './speed-peer-process.js';
import { ROOT, startProgram } from './speed-server.js';
import { SpeedVisitor } from './speed-visitor.js';

/** Requests a second ÷ those of the bare server. */
const LIMIT = { least: 0.6 };
const SECONDS = 3;
const CONNECTIONS = 10;
const BARE_SERVER = path.join(ROOT, 'bench', 'dist', 'bench', 'bare-server.js');

/** Of autocannon's report. */
const reportSchema = z.object({
  requests: z.object({ average: z.number() }),
  '2xx': z.number(),
  non2xx: z.number(),
  errors: z.number(),
});

/** `GET /user` with its session check, and the same JSON from a server that does nothing else, in alternating rounds. */
export async function measureSessionCheck(
  url: string,
  rounds: number,
  signal: AbortSignal,
): Promise<SectionReport> {
  const visitor = await SpeedVisitor.signUp(url);
  const bare = await startProgram(BARE_SERVER, { ANSWER: await visitor.account(), NODE_ENV: 'production' });
  const rates: { readonly ours: number[]; readonly bare: number[] } = { ours: [], bare: [] };
  let notServed = 0;
  const progress = startProgress('Session checks, round', rounds + 1, process.stderr);
  try {
    for (let round = 0; round <= rounds; round++) {
      const fire = async (at: string, into: number[]) => {
        const { requests, non2xx, errors } = await cannonade(`${at}/user`, visitor.token, signal);
        notServed += non2xx + errors;
        if (round > 0) into.push(requests.average);
      };
      const turns = [() => fire(url, rates.ours), () => fire(bare.url, rates.bare)];
      for (const turn of inTurn(turns, round)) await turn();
      progress.advance();
    }
  } finally {
    progress.stop();
    await bare.stop();
  }
  const ratio = spreadOfRatios(rates.ours.map((rate, i) => rate / rates.bare[i]!));
  return {
    rows: [
      {
        section: 'session-check',
        name: 'GET /user with a session check ÷ a bare Nest + Fastify route',
        ...ratio,
        ...verdict(ratio.value, LIMIT, rounds >= LEAST_ROUNDS),
        ours: { median: spreadOf([rates.ours]).median, unit: '/s' },
        against: { median: spreadOf([rates.bare]).median, unit: '/s' },
      },
      servedRow('session-check', 'GET /user under full load:', notServed),
    ],
    notes: [
      `Session check: autocannon with ${CONNECTIONS} connections, ${SECONDS} s a turn, of an account without a face; the bare server ` +
        'answers the same JSON, with the same versions and no log; ours has its defaults, and its log goes to a file.',
    ],
  };
}

async function cannonade(url: string, token: string, signal: AbortSignal) {
  const program = path.join(PEERS_FOLDER, 'node_modules', 'autocannon', 'autocannon.js');
  const options = ['--json', '-c', String(CONNECTIONS), '-d', String(SECONDS)];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [program, ...options, '-H', `authorization: Bearer ${token}`, url],
    { signal, maxBuffer: 10_000_000 },
  );
  return reportSchema.parse(JSON.parse(stdout));
}
