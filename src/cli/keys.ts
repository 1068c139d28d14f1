import type { Command } from 'commander';

import type { RetireOptions, RotateOptions } from './keys/run-keys.js';

export function registerKeys(program: Command): void {
  const keys = program
    .command('keys')
    .description('Look after the keys that protect face templates; servers may go on meanwhile');
  keys
    .command('status')
    .description('Say how many records are sealed under which template key')
    .action(async () => {
      await (await commands()).runStatus();
    });
  keys
    .command('rotate')
    .description('Bring everything under the first template key; run again, it goes on where it ended')
    .option('--new-key', 'first make a new template key in secrets.json')
    .action(async (options: RotateOptions) => {
      await (await commands()).runRotate(options);
    });
  keys
    .command('retire')
    .description('Take earlier template keys out of secrets.json, once nothing is sealed under them')
    .option('--forget-live-records', 'also where recordings of an earlier version are known by them only')
    .action(async (options: RetireOptions) => {
      await (await commands()).runRetire(options);
    });
  keys
    .command('renew-templates')
    .description('Revoke all face templates: the next good match of each replaces it')
    .action(async () => {
      await (await commands()).runRenewal();
    });
}

/** Drivers are large; no other command should wait for them. */
function commands() {
  return import('./keys/run-keys.js');
}
