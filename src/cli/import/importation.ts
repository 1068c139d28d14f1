import type { TemplateVault } from '../../auth/template-vault.js';
import type { Storage } from '../../storage/port.js';
import type { EarlierSystem } from '../../storage/mongo/earlier-system.js';
import { startProgress } from '../terminal/progress.js';
import { type FaceModel, type Newcomer, RecordCheck, type Verdict } from './record-check.js';

interface Refusal {
  /** 24 hex digits. */
  readonly id: string;
  readonly reason: string;
}

/** What one pass over the earlier system's records found, or did. */
export interface Tally {
  readonly newcomers: number;
  /** How many of the newcomers have a face. */
  readonly withFace: number;
  readonly hereAlready: number;
  readonly refusals: readonly Refusal[];
  /** Records that were not looked at, for their `_id` is no ObjectId. They cannot be imported either. */
  readonly unusualIds: number;
  readonly facesOfUnnamedModel: number;
  /** Of the newcomers' hashes; 0 without any. */
  readonly highestBcryptCost: number;
}

/** Brings the accounts of the earlier system into a store: first looks at all of them, then writes. */
export class Importation {
  constructor(
    private readonly deps: {
      readonly earlier: EarlierSystem;
      readonly storage: Storage;
      /** The model that made the faces, null when nobody has said which. */
      readonly model: FaceModel | null;
    },
  ) {}

  /** Writes nothing. @returns what `run` would do */
  survey(): Promise<Tally> {
    return this.#goThrough('Checking', async (newcomer) => ({ outcome: 'newcomer', newcomer }));
  }

  /**
   * Writes one account after the other, each with its face or not at all. Broken off anywhere, it is completed
   * by another run.
   *
   * @param surveyed what `survey` found
   * @param now of the imported references, in UTC milliseconds
   */
  async run(surveyed: Tally, vault: TemplateVault, now: number): Promise<Tally> {
    await this.#raiseBcryptCost(surveyed.highestBcryptCost);
    return this.#goThrough('Importing', async (newcomer) => {
      // For a record that has come to the earlier system since the survey.
      if (newcomer.bcryptCost > surveyed.highestBcryptCost) await this.#raiseBcryptCost(newcomer.bcryptCost);
      return this.#insert(newcomer, vault, now);
    });
  }

  async #goThrough(label: string, receive: (newcomer: Newcomer) => Promise<Verdict>): Promise<Tally> {
    const { earlier, storage, model } = this.deps;
    const check = new RecordCheck(storage.accounts, model);
    const { usual, unusual } = await earlier.countUsers();
    const refusals: Refusal[] = [];
    const tally = {
      newcomers: 0,
      withFace: 0,
      hereAlready: 0,
      refusals,
      unusualIds: unusual,
      facesOfUnnamedModel: 0,
      highestBcryptCost: 0,
    };
    const progress = startProgress(label, usual, process.stderr);
    try {
      for await (const user of earlier.users()) {
        const examined = await check.examine(user);
        const verdict = examined.outcome === 'newcomer' ? await receive(examined.newcomer) : examined;
        switch (verdict.outcome) {
          case 'newcomer':
            tally.newcomers++;
            if (verdict.newcomer.template) tally.withFace++;
            tally.highestBcryptCost = Math.max(tally.highestBcryptCost, verdict.newcomer.bcryptCost);
            break;
          case 'here_already':
            tally.hereAlready++;
            break;
          case 'face_of_unnamed_model':
            tally.facesOfUnnamedModel++;
            break;
          case 'refused':
            refusals.push({ id: user.id, reason: verdict.reason });
        }
        progress.advance();
      }
    } finally {
      progress.stop();
    }
    return tally;
  }

  /**
   * Before the first account is there: a server reads this when it starts, and refuses in constant time from
   * then on (`PasswordHasher`). It is never lowered, for accounts of an earlier import may have that cost.
   */
  async #raiseBcryptCost(cost: number): Promise<void> {
    const { facts } = this.deps.storage;
    const known = Number((await facts.read('bcrypt_cost')) ?? 0);
    if (cost > known) await facts.write('bcrypt_cost', String(cost));
  }

  async #insert(newcomer: Newcomer, vault: TemplateVault, now: number): Promise<Verdict> {
    const { accounts } = this.deps.storage;
    const { id, email, passwordHash, createdAt, template } = newcomer;
    const reference = template && {
      modelId: template.modelId,
      ciphertext: (await vault.protect(id, template)).ciphertext,
      qualityScore: null,
      createdAt: now,
      lastUsedAt: now,
      renewalDue: false,
    };
    try {
      const account = {
        id,
        email,
        passwordHash,
        createdAt,
        reference,
        referenceErasures: 0,
        secondFactorOwed: false,
        hasPasskeys: false,
      };
      if ((await accounts.insert(account)) === 'inserted') return { outcome: 'newcomer', newcomer };
    } catch (error) {
      // Another import, at the same time, may have been quicker.
      if (await accounts.findById(id)) return { outcome: 'here_already' };
      throw error;
    }
    if (await accounts.findById(id)) return { outcome: 'here_already' };
    return { outcome: 'refused', reason: 'its e-mail address was taken here during the import' };
  }
}
