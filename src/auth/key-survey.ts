import type { AccountKey, AccountRecord, Archive, Storage } from '../storage/port.js';
import { sealingKeyId } from './account-keys.js';
import { isFirstVersion, openFirstRecord, openFirstReference } from './first-version-seal.js';
import type { TemplateKey } from './template-keys.js';

/** How many records need a template key. */
export interface KeyUse {
  readonly accountKeys: number;
  /** Sealed under the template key itself, as an earlier version did. */
  readonly references: number;
  /** As `references`, of live sessions. They are not sealed anew: newer ones take their place. */
  readonly liveRecords: number;
}

export interface KeySurvey {
  /** By id of the template key; keys that nothing needs are not there. */
  readonly uses: ReadonlyMap<string, KeyUse>;
  /** Account keys and accounts that were looked at. */
  readonly records: number;
}

/** What a survey books under for records that name no key, and that none opens. */
export const UNKNOWN_KEY = 'unknown';

const PAGE = 500;

/** Looks at every record that is sealed under a template key. @param keys those that may open them */
export async function surveyKeys(
  { accountKeys, accounts }: Storage['archive'],
  keys: readonly TemplateKey[],
): Promise<KeySurvey> {
  let records = 0;
  const uses = new Map<string, Record<keyof KeyUse, number>>();
  const note = (id: string | undefined, kind: keyof KeyUse) => {
    const use = uses.get(id ?? UNKNOWN_KEY) ?? { accountKeys: 0, references: 0, liveRecords: 0 };
    use[kind]++;
    uses.set(id ?? UNKNOWN_KEY, use);
  };
  for await (const { sealed } of keyRecords(accountKeys)) {
    note(sealingKeyId(sealed) ?? undefined, 'accountKeys');
    records++;
  }
  for await (const { account, liveRecords } of accountRecords(accounts)) {
    records++;
    const { id, reference } = account;
    if (reference && isFirstVersion(reference.ciphertext)) {
      note(openFirstReference(keys, id, reference)?.keyId, 'references');
    }
    for (const { ciphertext } of liveRecords) {
      if (isFirstVersion(ciphertext)) note(openFirstRecord(keys, id, ciphertext)?.keyId, 'liveRecords');
    }
  }
  return { uses, records };
}

export function keyRecords(archive: Archive<AccountKey>): AsyncGenerator<AccountKey, undefined> {
  return allOf(archive, ({ accountId }) => accountId);
}

export function accountRecords(archive: Archive<AccountRecord>): AsyncGenerator<AccountRecord, undefined> {
  return allOf(archive, ({ account }) => account.id);
}

/** A page in memory at a time. */
async function* allOf<T>(archive: Archive<T>, idOf: (record: T) => string): AsyncGenerator<T, undefined> {
  for (let after: string | null = null; ;) {
    const page: T[] = await archive.page(after, PAGE);
    yield* page;
    if (page.length < PAGE) return;
    after = idOf(page.at(-1)!);
  }
}
