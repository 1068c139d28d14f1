import type { Command } from 'commander';

import type { MigrateOptions } from './migrate/run-migrate.js';

export function registerMigrate(program: Command): void {
  program
    .command('migrate')
    .description(
      'Copy a whole installation from one store to another, while no server uses either, and prove that the copy is the same',
    )
    .requiredOption('--from <url>', 'where it is: file:PATH or mongodb://host/database')
    .requiredOption('--to <url>', 'where it is to be: file:PATH or mongodb://host/database')
    .option('--remove-surplus', 'remove accounts, and keys of accounts, that only the unfinished copy has')
    .action(async (options: MigrateOptions) => {
      // Drivers are large; no other command should wait for them.
      const { runMigrate } = await import('./migrate/run-migrate.js');
      await runMigrate(options);
    });
}
