import { readFile } from 'node:fs/promises';

import type { Command } from 'commander';
import { z } from 'zod';

import { deriveKey } from '../auth/derived-key.js';
import { isGenuineReceipt } from '../auth/erasure-receipt.js';
import { withInstalledStore } from './installed-store.js';
import { UsageError } from './usage-error.js';

const receiptSchema = z.object({
  account_id: z.string(),
  erased_at: z.string(),
  erased: z.object({
    face: z.boolean(),
    live_records: z.number(),
    sessions: z.number(),
    passkeys: z.number(),
    recovery_codes: z.number(),
    notices: z.number(),
    consents: z.number(),
  }),
  signature: z.string(),
});
/** As `DELETE /user` answers it, or as `vultus user erase` prints it. */
const fileSchema = z.union([
  z.object({ receipt: receiptSchema }).transform((it) => it.receipt),
  receiptSchema,
]);

export function registerReceipt(program: Command): void {
  program
    .command('receipt')
    .description('Receipts of accounts that were erased')
    .command('verify')
    .argument('<file>', 'the receipt as JSON')
    .description('Say whether a receipt is from this installation, and as it was given')
    .action(verify);
}

/** @throws UsageError when the receipt is not ours, or was altered */
async function verify(file: string): Promise<void> {
  const receipt = await readReceipt(file);
  const isGenuine = await withInstalledStore(async ({ secrets }) =>
    isGenuineReceipt(deriveKey(secrets.jwtSecret, 'receipts'), receipt),
  );
  if (!isGenuine) {
    throw new UsageError(
      'This receipt is not from this installation, or was altered, or JWT_SECRET was changed since.',
    );
  }
  process.stdout.write(`Genuine: the account ${receipt.account_id} was erased at ${receipt.erased_at}.\n`);
}

async function readReceipt(file: string): Promise<z.infer<typeof receiptSchema>> {
  try {
    return fileSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new UsageError(`${file} has no receipt in it, or cannot be read.`, { cause });
  }
}
