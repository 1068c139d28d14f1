import { type Command, InvalidArgumentError, Option } from 'commander';

import type { DoctorOptions } from './doctor/run-doctor.js';

export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Check this installation, and say what to do about what is wrong; nothing is changed')
    .addOption(
      new Option('--url <url>', 'where browsers find the server that runs; PUBLIC_URL by default').argParser(
        address,
      ),
    )
    .option('--json', 'as JSON')
    .action(async (options: DoctorOptions) => {
      const { runDoctor } = await import('./doctor/run-doctor.js');
      process.exitCode = (await runDoctor(options)) ? 0 : 1;
    });
}

function address(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text).origin;
  throw new InvalidArgumentError('It must begin with https:// or http://.');
}
