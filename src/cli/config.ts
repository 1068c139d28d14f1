import type { Command } from 'commander';

import type { ConfigOptions } from './config/run-config.js';

export function registerConfig(program: Command): void {
  program
    .command('config')
    .description('Print the configuration in force, and where each value comes from; no secret is shown')
    .option('--json', 'as JSON')
    .action(async (options: ConfigOptions) => {
      const { runConfig } = await import('./config/run-config.js');
      await runConfig(options);
    });
}
