import { AuditSeal } from '../../auth/audit-seal.js';
import { AuditVerification } from '../../auth/audit-verification.js';
import { TemplateVaultError } from '../../auth/sealing.js';
import { TemplateKeyLost } from '../../auth/template-vault.js';
import type { Config } from '../../config/config.js';
import type { Secrets } from '../../config/secrets.js';
import type { Storage } from '../../storage/port.js';
import { protectTemplates } from '../../template-protection.js';
import { count } from '../terminal/number-format.js';
import { type Finding, findings } from './finding.js';

/** A sample is enough to tell a foreign key: it opens nothing. */
const ACCOUNTS = 500;
const REFERENCES = 20;
/** The end of the log; vultus audit verify reads all of it. */
const ENTRIES = 1000;
/** A clock that was set back stands before what was written down already. */
const FUTURE_MS = 60_000;

/** Whether the secrets are those of the records. */
export async function checkRecords(config: Config, secrets: Secrets, storage: Storage): Promise<Finding[]> {
  return [await checkTemplateKey(config, secrets, storage), ...(await checkAuditLog(secrets, storage))];
}

async function checkTemplateKey(config: Config, secrets: Secrets, storage: Storage): Promise<Finding> {
  const { ok, failed, skipped } = findings('template key');
  const records = (await storage.archive.accounts.page(null, ACCOUNTS))
    .filter(({ account }) => account.reference !== null)
    .slice(0, REFERENCES);
  const looked = `of ${count(records.length)} stored faces that were tried`;
  const { vault } = protectTemplates(config, secrets, storage.accountKeys);
  let opened = 0;
  let reason = '';
  for (const { account } of records) {
    const outcome = await tryToOpen(() => vault.open(account.id, account.reference!));
    if (outcome === null) opened++;
    else reason = outcome;
  }
  if (records.length === 0)
    return skipped(`there is no face among the first ${ACCOUNTS} accounts to try it on`);
  if (opened === records.length) return ok(`opens all ${looked}`);
  return failed(
    `opens ${opened} ${looked}: ${reason}`,
    'Put the key back that was in use (TEMPLATE_KEY, or secrets.json of the backup); vultus keys status names it.',
  );
}

/** @returns null when it opens, or why it does not */
async function tryToOpen(open: () => Promise<unknown>): Promise<string | null> {
  try {
    await open();
    return null;
  } catch (error) {
    if (error instanceof TemplateVaultError || error instanceof TemplateKeyLost) return error.message;
    throw error;
  }
}

async function checkAuditLog({ auditKey }: Secrets, { audit }: Storage): Promise<Finding[]> {
  const { ok, warning, failed, skipped } = findings('audit log');
  const last = await audit.last();
  if (!last) return [skipped('is empty')];
  const from = Math.max(1, last.sequence - ENTRIES + 1);
  const report = await new AuditVerification(audit, new AuditSeal(auditKey)).run({ from });
  const found: Finding[] = [];
  if (report.fault?.kind === 'other_key') {
    found.push(
      warning(
        `entry ${report.fault.sequence} was sealed with another key than the one in use`,
        'After a change of AUDIT_KEY or JWT_SECRET that is so: docs/operations.md, "Audit log". Else put the key back.',
      ),
    );
  } else if (report.fault) {
    const says = `entry ${report.fault.sequence} is not as it was written (${report.fault.kind})`;
    found.push(failed(says, 'Keep a copy of the database, and see: vultus audit verify'));
  } else {
    found.push(ok(`its last ${count(report.count)} entries are as they were written`));
  }
  const ahead = last.at - Date.now();
  if (ahead > FUTURE_MS) {
    const says = `the newest entry of the audit log is ${count(ahead / 1000)} s in the future: a clock was set back`;
    found.push(findings('clock').failed(says, 'Set the clock by NTP: tokens and sessions end by it.'));
  }
  return found;
}
