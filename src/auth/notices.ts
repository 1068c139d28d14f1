import type { Notice, NoticeStore } from '../storage/port.js';

/** What the owner of an account is told about it. */
export class Notices {
  constructor(private readonly deps: { readonly notices: NoticeStore }) {}

  /** @returns newest first */
  async list(accountId: string): Promise<Notice[]> {
    return (await this.deps.notices.list(accountId)).reverse();
  }

  /** Ids that are not the account's are none of this call's business. @returns all notices, newest first */
  async markSeen(accountId: string, ids: readonly string[]): Promise<Notice[]> {
    await this.deps.notices.markSeen(accountId, ids);
    return this.list(accountId);
  }
}
