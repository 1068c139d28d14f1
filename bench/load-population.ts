import { randomUUID } from 'node:crypto';

import { type LoadAnswer, type LoadCall, type LoadClient, jsonCall } from './load-client.js';

const PASSWORD = 'correct horse battery';
/** With their refusals under load, sign-ins must still leave a token for each verification. */
const WITH_FACE = 0.75;
/** Of the two minutes that a verification token lives. */
const TOKEN_LIFE_MS = 90_000;

interface LoadAccount {
  readonly email: string;
  /** The newest one, as a client has it: an account keeps a hundred, and the oldest end. */
  session: string;
  readonly hasFace: boolean;
}

interface WaitingSignIn {
  readonly account: LoadAccount;
  readonly token: string;
  readonly since: number;
}

/** Accounts that sign in over and over, and the sign-ins of theirs that wait for a face. */
export class LoadPopulation {
  #next = 0;
  readonly #waiting: WaitingSignIn[] = [];

  private constructor(private readonly accounts: readonly LoadAccount[]) {}

  /** @param picture as a form, of the face of everybody */
  static async create(
    client: LoadClient,
    size: number,
    picture: Pick<LoadCall, 'type' | 'body'>,
  ): Promise<LoadPopulation> {
    const accounts: LoadAccount[] = [];
    for (let i = 0; i < size; i++) {
      const email = `${randomUUID()}@example.org`;
      const signUp = await client.call(jsonCall('/user/auth/sign-up', { email, password: PASSWORD }));
      const { token: session } = JSON.parse(required(signUp, 201)) as { token: string };
      const hasFace = i < WITH_FACE * size;
      if (hasFace) {
        const path = '/user/image/image-embedding';
        required(await client.call({ method: 'POST', path, token: session, ...picture }), 200);
      }
      accounts.push({ email, session, hasFace });
    }
    // Those with a face and those without take turns.
    return new LoadPopulation(accounts.map((_, i) => accounts[(i * 7) % size]!));
  }

  next(): LoadAccount {
    return this.accounts[this.#next++ % this.accounts.length]!;
  }

  static credentials({ email }: LoadAccount): LoadCall {
    return jsonCall('/user/auth/sign-in', { email, password: PASSWORD });
  }

  /** A sign-in waits for its face: anew, or again after the server was busy. */
  wait(signIn: WaitingSignIn): void {
    this.#waiting.push(signIn);
  }

  /** @returns the sign-in that waits longest and is not too old; null when none waits */
  takeWaiting(): WaitingSignIn | null {
    for (;;) {
      const found = this.#waiting.shift();
      if (!found) return null;
      if (performance.now() - found.since < TOKEN_LIFE_MS) return found;
    }
  }
}

/** @throws Error when the status is another one: what follows would measure something else */
function required({ status, text }: LoadAnswer, wanted: number): string {
  if (status !== wanted) throw new Error(`an account could not be made: ${status} ${text}`);
  return text;
}
