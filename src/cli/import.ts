import type { Command } from 'commander';

import type { ImportOptions } from './import/run-import.js';

export function registerImport(program: Command): void {
  program
    .command('import')
    .description('Bring the accounts of an earlier system into this installation; at first only say which')
    .requiredOption('--from <url>', 'MongoDB of the earlier system: mongodb://host/database')
    .option('--model <id>', 'recognition model that made its faces')
    .option('--apply', 'import; without it nothing is written')
    .option('--skip-refused', 'import the others when some cannot be imported')
    .action(async (options: ImportOptions) => {
      // Drivers and hashing are large; no other command should wait for them.
      const { runImport } = await import('./import/run-import.js');
      await runImport(options);
    });
}
