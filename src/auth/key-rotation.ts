import type { Account, BiometricReference, Storage } from '../storage/port.js';
import type { AccountKeys } from './account-keys.js';
import { accountRecords, keyRecords } from './key-survey.js';
import { TemplateVaultError } from './sealing.js';
import type { TemplateVault } from './template-vault.js';

export interface Rotation {
  /** Account keys that were brought under the first template key. */
  readonly resealed: number;
  /** References of an earlier version that were put under an account key. */
  readonly upgraded: number;
  /** Accounts of which something does not open under any template key. It was left as it is. */
  readonly unreadable: readonly string[];
}

/** Watches a pass over the records. */
interface PassObserver {
  readonly advance: () => void;
  readonly stop: () => void;
}

/**
 * Brings everything that is sealed under a template key under the first one, while servers may be at work. It goes
 * through the records until a whole pass found nothing to do; broken off anywhere, another run goes on.
 */
export class KeyRotation {
  constructor(
    private readonly deps: {
      readonly storage: Pick<Storage, 'accounts' | 'archive'>;
      readonly keys: AccountKeys;
      readonly vault: TemplateVault;
    },
  ) {}

  /** @param beginPass is called with the number of the pass, from 1, and returns whom to tell of each record */
  async run(beginPass: (number: number) => PassObserver): Promise<Rotation> {
    let [resealed, upgraded] = [0, 0];
    for (let number = 1; ; number++) {
      const observer = beginPass(number);
      const pass = await this.#pass(observer.advance).finally(observer.stop);
      resealed += pass.resealed;
      upgraded += pass.upgraded;
      if (pass.resealed + pass.upgraded + pass.overtaken === 0) {
        return { resealed, upgraded, unreadable: [...pass.unreadable] };
      }
    }
  }

  async #pass(onRecord: () => void) {
    const { archive } = this.deps.storage;
    const unreadable = new Set<string>();
    const done = { resealed: 0, upgraded: 0, changed: 0, current: 0 };
    const note = async (accountId: string, work: Promise<keyof typeof done>) => {
      try {
        done[await work]++;
      } catch (error) {
        if (!(error instanceof TemplateVaultError)) throw error;
        unreadable.add(accountId);
      }
      onRecord();
    };
    for await (const { accountId, sealed } of keyRecords(archive.accountKeys)) {
      await note(accountId, this.deps.keys.reseal(accountId, sealed));
    }
    for await (const { account } of accountRecords(archive.accounts)) {
      await note(account.id, this.#upgrade(account));
    }
    return { resealed: done.resealed, upgraded: done.upgraded, overtaken: done.changed, unreadable };
  }

  async #upgrade({ id, reference }: Account): Promise<'current' | 'upgraded' | 'changed'> {
    const { accounts } = this.deps.storage;
    const ciphertext = reference && (await this.deps.vault.upgrade(id, reference));
    if (!ciphertext) return 'current';
    const replacement: BiometricReference = { ...reference, ciphertext };
    if (await accounts.replaceReference(id, reference.ciphertext, replacement)) return 'upgraded';
    // The account was erased meanwhile, its key with it: the one that was made since must go as well.
    if (!(await accounts.findById(id))) await this.deps.keys.shred(id);
    return 'changed';
  }
}
