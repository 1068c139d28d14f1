import { createHash } from 'node:crypto';

import { z } from 'zod';

import { normaliseEmail } from '../../auth/email.js';
import { bcryptCostOf } from '../../auth/password-hasher.js';
import type { Template } from '../../face/capture.js';
import type { AccountStore } from '../../storage/port.js';
import type { EarlierUser } from '../../storage/mongo/earlier-system.js';

/** The model whose templates the installation compares, as the maker of the vectors to come. */
export interface FaceModel {
  readonly id: string;
  /** The label under which its templates are stored. */
  readonly templateModelId: string;
  readonly dimensions: number;
}

/** An account of the earlier system that this installation can take over. */
export interface Newcomer {
  readonly id: string;
  /** Normalised. */
  readonly email: string;
  /** A bcrypt hash. */
  readonly passwordHash: string;
  readonly bcryptCost: number;
  readonly createdAt: number;
  readonly template: Template | null;
}

export type Verdict =
  | { readonly outcome: 'newcomer'; readonly newcomer: Newcomer }
  /** There is an account with this id: it was imported before, and may have lived on since. */
  | { readonly outcome: 'here_already' }
  /** It has a face, and nobody has said which model made it. */
  | { readonly outcome: 'face_of_unnamed_model' }
  /** The reason names no value of the record: it goes to terminals and logs. */
  | { readonly outcome: 'refused'; readonly reason: string };

/**
 * Once such a hash is here, every refused sign-in costs as much (`PasswordHasher`): 14 is about a second of a
 * processor. A record of cost 31, which nobody has by intention, would stop the server.
 */
const MAX_BCRYPT_COST = 14;

const faceVectorSchema = z.array(z.number());

/** Decides about one record after the other what becomes of it. For one pass over all of them, ascending by id. */
export class RecordCheck {
  /** Hash of each e-mail so far → the first record that has it. */
  readonly #owners = new Map<string, string>();

  /** @param model null when nobody has said which model made the faces */
  constructor(
    private readonly accounts: Pick<AccountStore, 'findById' | 'findByEmail'>,
    private readonly model: FaceModel | null,
  ) {}

  async examine(user: EarlierUser): Promise<Verdict> {
    const email = typeof user.email === 'string' ? normaliseEmail(user.email) : null;
    // Also of a record that is refused below: which of the two is the person's is not ours to guess.
    const owner = email === null ? user.id : this.#claim(email, user.id);
    if (await this.accounts.findById(user.id)) return { outcome: 'here_already' };

    if (email === null) return refused('its email is no e-mail address');
    if (owner !== user.id) return refused(`its e-mail address is also that of ${owner}`);
    const holder = await this.accounts.findByEmail(email);
    // Another import may have brought it since the question before.
    if (holder?.id === user.id) return { outcome: 'here_already' };
    if (holder) return refused('its e-mail address belongs to another account here');
    const { id, createdAt } = user;
    const passwordHash = typeof user.password === 'string' ? user.password : '';
    const bcryptCost = bcryptCostOf(passwordHash);
    if (bcryptCost === null) return refused('its password is no bcrypt hash');
    if (bcryptCost > MAX_BCRYPT_COST) {
      return refused(
        `its bcrypt cost is above ${MAX_BCRYPT_COST}: each refused sign-in would take that long`,
      );
    }

    const vector = faceVectorSchema.safeParse(user.faceVector ?? []);
    if (!vector.success) return refused('its fv is not an array of finite numbers');
    const newcomer = { id, email, passwordHash, bcryptCost, createdAt };
    if (vector.data.length === 0) return { outcome: 'newcomer', newcomer: { ...newcomer, template: null } };
    if (!this.model) return { outcome: 'face_of_unnamed_model' };
    const template = templateOf(vector.data, this.model);
    if (typeof template === 'string') return refused(template);
    return { outcome: 'newcomer', newcomer: { ...newcomer, template } };
  }

  /** @returns the id of the first record with this e-mail, which may be `id` itself */
  #claim(email: string, id: string): string {
    const key = createHash('sha256').update(email).digest('base64');
    const owner = this.#owners.get(key) ?? id;
    this.#owners.set(key, owner);
    return owner;
  }
}

function refused(reason: string): Verdict {
  return { outcome: 'refused', reason };
}

/** @returns the template of unit length, or why there is none */
function templateOf(values: readonly number[], model: FaceModel): Template | string {
  if (values.length !== model.dimensions) {
    return `its fv has ${values.length} values, and ${model.id} makes ${model.dimensions}`;
  }
  const norm = Math.hypot(...values);
  if (norm === 0) return 'its fv has no direction: all values are 0';
  if (!Number.isFinite(norm)) return 'its fv is not an array of finite numbers';
  return {
    modelId: model.templateModelId,
    vector: Float32Array.from(values, (value) => value / norm),
  };
}
