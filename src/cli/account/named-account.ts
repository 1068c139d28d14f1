import { normaliseEmail } from '../../auth/email.js';
import type { Account, AccountStore } from '../../storage/port.js';
import { UsageError } from '../usage-error.js';

/** @param name an e-mail address or an id. @throws UsageError when nobody has it */
export async function namedAccount(accounts: AccountStore, name: string): Promise<Account> {
  const email = name.includes('@') ? normaliseEmail(name) : null;
  const account = email === null ? await accounts.findById(name) : await accounts.findByEmail(email);
  if (account) return account;
  throw new UsageError('There is no account with this e-mail address or id.');
}
