import { type Command, InvalidArgumentError, Option } from 'commander';

import type { AuditHead } from '../auth/audit-seal.js';
import type { ShowOptions, VerifyOptions } from './audit/run-audit.js';

export function registerAudit(program: Command): void {
  const audit = program.command('audit').description('Read the audit log, and prove that it is whole');
  audit
    .command('verify')
    .description('Check every entry, and print where the log ends: keep that elsewhere')
    .addOption(
      new Option('--anchor <sequence:hash>', 'an end that was printed before and kept elsewhere').argParser(
        anchor,
      ),
    )
    .addOption(new Option('--from <sequence>', 'begin here, after a change of the key').argParser(sequence))
    .action(async (options: VerifyOptions) => {
      process.exitCode = (await (await commands()).runVerify(options)) ? 0 : 1;
    });
  audit
    .command('show')
    .description('Print entries: the newest ones, unless --after says otherwise')
    .option('--account <account>', 'about this one only: e-mail address or id')
    .addOption(
      new Option('--after <sequence>', 'those that follow this one').argParser(sequence).conflicts('account'),
    )
    .addOption(new Option('--limit <number>', 'at most so many').argParser(sequence).default(50))
    .option('--json', 'one JSON object a line')
    .action(async (options: ShowOptions) => {
      await (await commands()).runShow(options);
    });
}

function sequence(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}

function anchor(text: string): AuditHead {
  const [, number, hash] = /^(\d{1,15}):([0-9a-f]{64})$/i.exec(text) ?? [];
  if (number !== undefined && hash !== undefined)
    return { sequence: Number(number), hash: hash.toLowerCase() };
  throw new InvalidArgumentError('It must be SEQUENCE:HASH as `vultus audit verify` prints it.');
}

/** Drivers are large; no other command should wait for them. */
function commands() {
  return import('./audit/run-audit.js');
}
