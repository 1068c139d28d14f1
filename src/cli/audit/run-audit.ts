import { type AuditHead, AuditSeal } from '../../auth/audit-seal.js';
import { type AuditFault, type AuditReport, AuditVerification } from '../../auth/audit-verification.js';
import type { AuditEntry, Storage } from '../../storage/port.js';
import { namedAccount } from '../account/named-account.js';
import { withInstalledStore } from '../installed-store.js';
import { count } from '../terminal/number-format.js';
import { printable } from '../terminal/printable.js';
import { textTable } from '../terminal/text-table.js';
import { UsageError } from '../usage-error.js';

export interface VerifyOptions {
  readonly anchor?: AuditHead;
  readonly from?: number;
}

export interface ShowOptions {
  readonly account?: string;
  readonly after?: number;
  readonly limit: number;
  readonly json?: true;
}

/** @returns whether the log is whole. @throws UsageError, ConfigError, StorageUnavailable with a sentence */
export async function runVerify({ anchor, from = 1 }: VerifyOptions): Promise<boolean> {
  if (anchor && anchor.sequence < from) throw new UsageError('--anchor lies before --from.');
  return withInstalledStore(async ({ secrets, storage }) => {
    const seal = new AuditSeal(secrets.auditKey);
    const report = await new AuditVerification(storage.audit, seal).run({ from, anchor });
    process.stdout.write(reportText(report, seal.keyId));
    return report.fault === null;
  });
}

/** @throws UsageError, ConfigError, StorageUnavailable with a sentence for the operator */
export async function runShow(options: ShowOptions): Promise<void> {
  await withInstalledStore(async ({ storage }) => {
    const entries = await entriesOf(storage, options);
    if (options.json) process.stdout.write(entries.map((entry) => `${jsonLine(entry)}\n`).join(''));
    else process.stdout.write(`${table(entries)}\n`);
  });
}

async function entriesOf(
  { accounts, audit }: Storage,
  { account, after, limit }: ShowOptions,
): Promise<AuditEntry[]> {
  if (account !== undefined) {
    // An erased account has no address any more, but its entries have its id.
    const id = account.includes('@') ? (await namedAccount(accounts, account)).id : account;
    return audit.ofAccount(id, limit);
  }
  if (after !== undefined) return audit.page(after, limit);
  const last = await audit.last();
  return audit.page(Math.max(0, (last?.sequence ?? 0) - limit), limit);
}

const FAULTS: Readonly<Record<AuditFault, string>> = {
  altered: 'was changed, moved or inserted after it had been written',
  missing: 'is missing',
  out_of_order: 'stands where no entry can be',
  other_key: 'was sealed with another key',
  unreadable: 'cannot be read',
  cut_off: 'is missing: the log was cut off before the anchor',
  anchor_differs: 'is not the one of the anchor: the log was written anew',
};

function reportText({ count: entries, head, fault }: AuditReport, keyId: string): string {
  const end = head ? `${head.sequence}:${head.hash}` : null;
  if (fault) {
    const advice =
      fault.kind === 'other_key'
        ? `The key in use is ${keyId}. After a change of the key: vultus audit verify --from ${fault.sequence}\n`
        : '';
    return (
      `NOT WHOLE: entry ${fault.sequence} ${FAULTS[fault.kind]}.\n${advice}` +
      `The ${count(entries)} entries before it are as they were written` +
      (end === null ? '.\n' : `; they end at ${end}\n`)
    );
  }
  if (end === null) return 'The audit log is empty.\n';
  return (
    `The audit log is whole: ${count(entries)} entries, sealed with the key ${keyId}.\n` +
    `It ends at ${end}\n` +
    'Keep that elsewhere: with --anchor it proves later that nothing before it was cut off or written anew.\n'
  );
}

function table(entries: readonly AuditEntry[]): string {
  return textTable([
    ['sequence', 'time', 'action', 'outcome', 'by', 'reason', 'account', 'request'],
    ...entries.map(({ sequence, at, accountId, record }) => {
      const facts = factsOf(record);
      const cell = (name: string) => printable(textOf(facts[name]));
      return [
        String(sequence),
        new Date(at).toISOString(),
        ...['action', 'outcome', 'by', 'reason'].map(cell),
        printable(accountId ?? ''),
        cell('request_id'),
      ];
    }),
  ]);
}

function jsonLine({ sequence, at, accountId, record, hash }: AuditEntry): string {
  return JSON.stringify({
    sequence,
    at: new Date(at).toISOString(),
    account_id: accountId,
    ...factsOf(record),
    hash,
  });
}

/** Showing does not verify: whatever stands there is shown. */
function factsOf(record: string): Record<string, unknown> {
  try {
    return JSON.parse(record) as Record<string, unknown>;
  } catch {
    return { action: 'unreadable' };
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}
