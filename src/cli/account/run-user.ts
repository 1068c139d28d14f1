import { createInterface } from 'node:readline/promises';

import type { AccountSupport } from '../../auth/account-support.js';
import type { Account } from '../../storage/port.js';
import { withInstalledStore } from '../installed-store.js';
import { count } from '../terminal/number-format.js';
import { printable } from '../terminal/printable.js';
import { UsageError } from '../usage-error.js';
import { accountDocument, accountTable } from './account-summary.js';
import { accountUseCases } from './account-use-cases.js';
import { accountView } from './account-view.js';
import { namedAccount } from './named-account.js';

export interface ShowOptions {
  readonly json?: true;
}

export interface EraseOptions {
  readonly yes?: true;
}

/** @throws UsageError, ConfigError, StorageUnavailable with a sentence for the operator; as all of these */
export async function runShow(name: string, { json }: ShowOptions): Promise<void> {
  await withInstalledStore(async (installed) => {
    const { limits } = accountUseCases(installed);
    const account = await namedAccount(installed.storage.accounts, name);
    const document = accountDocument(await accountView(account, installed, limits));
    process.stdout.write(`${json ? JSON.stringify(document, null, 2) : accountTable(document)}\n`);
  });
}

export async function runUnlock(name: string): Promise<void> {
  await support(name, async (it, account) => {
    await it.unlock(account);
    return `The failed attempts at ${printable(account.email)} are forgotten.`;
  });
}

export async function runResetFace(name: string): Promise<void> {
  await support(name, async (it, account) => {
    const code = await it.resetFace(account);
    return (
      `The face of ${printable(account.email)} is erased. The password alone does not open the account.\n` +
      `Recovery code, shown this once: ${code}\n` +
      'Give it to the owner of the account, whom you have made sure of. Beside the password it signs in once, in the ' +
      'place of all earlier codes; then a face or a passkey can be bound.'
    );
  });
}

export async function runRenewTemplate(name: string): Promise<void> {
  await support(name, async (it, account) => {
    if (!(await it.renewTemplate(account))) throw new UsageError('The account has no face.');
    return `The template of ${printable(account.email)} is replaced at the next good match of the face.`;
  });
}

export async function runRevokeSessions(name: string): Promise<void> {
  await support(name, async (it, account) => {
    const ended = await it.revokeSessions(account);
    return `${count(ended)} ${ended === 1 ? 'session was' : 'sessions were'} ended.`;
  });
}

export async function runErase(name: string, { yes }: EraseOptions): Promise<void> {
  await withInstalledStore(async (installed) => {
    const account = await namedAccount(installed.storage.accounts, name);
    if (!yes) await requireConfirmation(account);
    const receipt = await accountUseCases(installed).erasure.erase(account, 'operator');
    if (!receipt) throw new UsageError('The account was erased by somebody else at this moment.');
    process.stdout.write(`${JSON.stringify(receipt, null, 2)}\n`);
  });
}

/** @param help @returns what to tell the operator */
async function support(
  name: string,
  help: (it: AccountSupport, account: Account) => Promise<string>,
): Promise<void> {
  await withInstalledStore(async (installed) => {
    const account = await namedAccount(installed.storage.accounts, name);
    process.stdout.write(`${await help(accountUseCases(installed).support, account)}\n`);
  });
}

/** @throws UsageError unless somebody says yes */
async function requireConfirmation({ id, email }: Account): Promise<void> {
  if (!process.stdin.isTTY) throw new UsageError('Nothing was erased. Say that you mean it with --yes.');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const question = `Erase the account ${printable(email)} (${id}) for good? Type "yes": `;
    if ((await terminal.question(question)).trim() === 'yes') return;
  } finally {
    terminal.close();
  }
  throw new UsageError('Nothing was erased.');
}
