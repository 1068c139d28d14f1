import { randomInt } from 'node:crypto';

import { type FilledStore, WAITING_FLOWS, waitingFlowId } from './filled-store.js';
import { accountKeys } from './synthetic-accounts.js';

/** One call of the store with its arguments ready. @returns whether it found what is there */
export type Call = () => Promise<boolean>;

export interface StorageOperation {
  readonly name: string;
  readonly method: string;
  /** @returns the call for an account or a flow drawn at random: each is as likely as any other */
  draw(store: FilledStore): Call;
}

/** So many failures are never reached: the flows go on waiting for their face. */
const FAILURE_LIMIT = 1_000_000_000;

export const STORAGE_OPERATIONS: readonly StorageOperation[] = [
  {
    name: 'sign-in lookup',
    method: 'accounts.findByEmail',
    draw: ({ accounts, storage }) => {
      const { email } = accountKeys(randomInt(accounts));
      return async () => (await storage.accounts.findByEmail(email)) !== null;
    },
  },
  {
    name: 'session check',
    method: 'sessions.findLive',
    draw: ({ accounts, storage }) => {
      const { id, sessionId } = accountKeys(randomInt(accounts));
      const now = Date.now();
      return async () => (await storage.sessions.findLive(id, sessionId, { now, idleSince: 0 })) !== null;
    },
  },
  {
    name: 'attempt counting',
    method: 'signInFlows.countFaceFailure',
    draw: ({ storage }) => {
      const id = waitingFlowId(randomInt(WAITING_FLOWS));
      const now = Date.now();
      return async () =>
        (await storage.signInFlows.countFaceFailure(id, now, FAILURE_LIMIT))?.state === 'awaiting_face';
    },
  },
];
