import { inspect } from 'node:util';

import { Command, CommanderError } from 'commander';

import { UsageError } from '../src/cli/usage-error.js';
import { StorageUnavailable } from '../src/storage/port.js';
import { registerJudge } from './judge.js';
import { registerLive } from './live.js';
import { registerLoad } from './load.js';
import { registerSpeed } from './speed.js';
import { registerStorage } from './storage.js';
import { registerTemplates } from './templates.js';

// What a benchmark has put on the disk or a server is cleared away also when it is interrupted.
const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM']) {
  process.once(name, () => {
    interruption.abort();
  });
}

const program = new Command('bench')
  .description('Measurements of Vultus; exit code 1 when a demand is not met')
  // Commands inherit this, so it has to stand before them.
  .exitOverride();

registerSpeed(program, interruption.signal);
registerStorage(program, interruption.signal);
registerLive(program, interruption.signal);
registerLoad(program, interruption.signal);
registerJudge(program, interruption.signal);
registerTemplates(program, interruption.signal);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}

/** Says what went wrong and returns the exit code, which is never that of a demand that is not met. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (interruption.signal.aborted) return 130;
  if (error instanceof UsageError || error instanceof StorageUnavailable) {
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  process.stderr.write(`Unexpected error: ${inspect(error)}\n`);
  return 3;
}
