import { KeyRotation } from '../../auth/key-rotation.js';
import { accountRecords, surveyKeys } from '../../auth/key-survey.js';
import { templateKeyId } from '../../auth/template-keys.js';
import { addTemplateKey, removeRetiredKeys } from '../../config/secrets.js';
import { count } from '../terminal/number-format.js';
import { startProgress } from '../terminal/progress.js';
import { UsageError } from '../usage-error.js';
import { rotationSummary, statusAdvice, statusTable } from './key-summary.js';
import { withInstallation } from './open-installation.js';

export interface RotateOptions {
  readonly newKey?: true;
}

export interface RetireOptions {
  readonly forgetLiveRecords?: true;
}

/** So many accounts are named; the others are counted. */
const NAMED = 10;

/** @throws UsageError, ConfigError, StorageUnavailable with a sentence for the operator */
export async function runStatus(): Promise<void> {
  await withInstallation(async ({ storage, templateKeys }) => {
    const survey = await surveyKeys(storage.archive, templateKeys.all);
    process.stdout.write(`${statusTable(survey, templateKeys)}\n\n${statusAdvice(survey, templateKeys)}`);
  });
}

/** @throws as `runStatus`; UsageError also when something opens under no key */
export async function runRotate(options: RotateOptions): Promise<void> {
  await withInstallation(
    async ({ storage, templateKeys, keys, vault, events }) => {
      const { records } = await surveyKeys(storage.archive, templateKeys.all);
      const rotation = await new KeyRotation({ storage, keys, vault }).run((pass) =>
        startProgress(pass === 1 ? 'Rotating' : 'Checking', records, process.stderr),
      );
      process.stdout.write(rotationSummary(rotation, templateKeys.first.id));
      requireReadable(rotation.unreadable);
      await events.record({
        action: 'keys_rotated',
        outcome: 'success',
        accountId: null,
        by: 'operator',
        subject: templateKeys.first.id,
      });
      if (templateKeys.all.length > 1) {
        process.stdout.write('When servers and backups need the earlier keys no more: vultus keys retire\n');
      }
    },
    options.newKey ? addTemplateKey : undefined,
  );
}

/** @throws as `runStatus`; UsageError also when a key has to stay */
export async function runRetire({ forgetLiveRecords }: RetireOptions): Promise<void> {
  await withInstallation(async ({ config, storage, templateKeys }) => {
    const { uses } = await surveyKeys(storage.archive, templateKeys.all);
    const needed = (id: string) => {
      const use = uses.get(id);
      return use !== undefined && (use.accountKeys + use.references > 0 || !forgetLiveRecords);
    };
    const retired = templateKeys.all.slice(1).map(({ id }) => id);
    const [kept, removed] = [retired.filter(needed), retired.filter((id) => !needed(id))];
    // A key that came into the file during the survey has not been looked for: it stays.
    await removeRetiredKeys(config, (key) => !removed.includes(templateKeyId(key)));
    process.stdout.write(
      removed.length === 0 ? 'No key was removed.\n' : `Removed: ${removed.join(', ')}.\n`,
    );
    if (kept.length === 0) return;
    throw new UsageError(
      `Still needed: ${kept.join(', ')}. Run vultus keys rotate; vultus keys status says what is sealed under them. ` +
        'Live records of version 1 are not sealed anew: newer ones take their place, or --forget-live-records gives ' +
        'them up, and with them what tells recordings of those sessions.',
    );
  });
}

/** @throws as `runStatus` */
export async function runRenewal(): Promise<void> {
  await withInstallation(async ({ storage, events }) => {
    let marked = 0;
    for await (const { account } of accountRecords(storage.archive.accounts)) {
      const { id, reference } = account;
      if (!reference || reference.renewalDue) continue;
      if (!(await storage.accounts.markReferenceForRenewal(id))) continue;
      marked++;
      await events.record({
        action: 'face_renewal_requested',
        outcome: 'success',
        accountId: id,
        by: 'operator',
      });
    }
    process.stdout.write(
      `${count(marked)} references are to be renewed. Each is replaced when its owner next signs in with a good ` +
        'picture of their face; until then it works as before.\n',
    );
  });
}

/** @throws UsageError that names some of them */
function requireReadable(unreadable: readonly string[]): void {
  if (unreadable.length === 0) return;
  const others = unreadable.length > NAMED ? ` and ${count(unreadable.length - NAMED)} more` : '';
  throw new UsageError(
    `Something of these accounts opens under no template key: ${unreadable.slice(0, NAMED).join(', ')}${others}. ` +
      'If a key is missing, put it behind the first one and run the command again. Otherwise the records were ' +
      'altered, and the faces have to be removed and enrolled anew.',
  );
}
