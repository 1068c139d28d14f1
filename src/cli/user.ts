import type { Command } from 'commander';

import type { EraseOptions, ShowOptions } from './account/run-user.js';

const WHO = 'e-mail address or id of the account';

/** None of these can set a face: only the owner of an account can. */
export function registerUser(program: Command): void {
  const user = program
    .command('user')
    .description('Look at an account, and help its owner; servers may go on');
  user
    .command('show')
    .argument('<account>', WHO)
    .description('Say what there is about an account, without secrets')
    .option('--json', 'as JSON')
    .action(async (name: string, options: ShowOptions) => {
      await (await commands()).runShow(name, options);
    });
  user
    .command('unlock')
    .argument('<account>', WHO)
    .description('Forget failed attempts, also those that have suspended the face')
    .action(async (name: string) => {
      await (await commands()).runUnlock(name);
    });
  user
    .command('reset-face')
    .argument('<account>', WHO)
    .description('Erase the face, and print one recovery code for the owner')
    .action(async (name: string) => {
      await (await commands()).runResetFace(name);
    });
  user
    .command('renew-template')
    .argument('<account>', WHO)
    .description('Revoke the face template: the next good match replaces it')
    .action(async (name: string) => {
      await (await commands()).runRenewTemplate(name);
    });
  user
    .command('revoke-sessions')
    .argument('<account>', WHO)
    .description('Sign the account out everywhere')
    .action(async (name: string) => {
      await (await commands()).runRevokeSessions(name);
    });
  user
    .command('erase')
    .argument('<account>', WHO)
    .description('Erase the account with all that belongs to it, for good')
    .option('--yes', 'do not ask')
    .action(async (name: string, options: EraseOptions) => {
      await (await commands()).runErase(name, options);
    });
}

/** Drivers are large; no other command should wait for them. */
function commands() {
  return import('./account/run-user.js');
}
