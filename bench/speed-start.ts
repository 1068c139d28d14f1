import { startProgress } from '../src/cli/terminal/progress.js';
import { LEAST_ROUNDS, type SectionReport, spreadOf, verdict } from './speed-figures.js';
import { startMeasuredServer } from './speed-server.js';
import { SpeedVisitor } from './speed-visitor.js';

const LIMIT = { most: 1.5 };

/** @param dataDirectory of an installation that there is by then */
export async function measureStart(
  dataDirectory: string,
  rounds: number,
  signal: AbortSignal,
): Promise<SectionReport> {
  const seconds: number[] = [];
  const first = await startMeasuredServer(dataDirectory);
  // Secrets, tables and an account: what is made once only is not what is measured.
  await SpeedVisitor.signUp(first.url);
  await first.stop();
  const progress = startProgress('Cold start', rounds, process.stderr);
  for (let round = 0; round < rounds; round++) {
    const server = await startMeasuredServer(dataDirectory);
    seconds.push((performance.now() - server.startedAt) / 1000);
    await server.stop();
    signal.throwIfAborted();
    progress.advance();
  }
  progress.stop();
  const ours = spreadOf([seconds], 's');
  return {
    rows: [
      {
        section: 'start',
        name: 'cold start: from the process to 200 of /health/ready',
        value: ours.median,
        unit: 's',
        ...verdict(ours.median, LIMIT, rounds >= LEAST_ROUNDS),
        ours,
      },
    ],
    notes: [`Cold start: median of ${rounds}, with two workers and a data folder that is there already.`],
  };
}
