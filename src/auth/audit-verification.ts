import { type AuditEntry, type AuditStore, StorageUnavailable } from '../storage/port.js';
import type { AuditHead, AuditSeal } from './audit-seal.js';

/**
 * `altered`: the entry is not the one that was sealed here: changed, moved or inserted. `missing`: there is none.
 * `other_key`: it says that another key sealed it. `unreadable`: it is no entry. `cut_off`: the log ends before the
 * anchor. `anchor_differs`: the chain is sound, but another one than when the anchor was written down.
 */
export type AuditFault =
  'altered' | 'missing' | 'out_of_order' | 'other_key' | 'unreadable' | 'cut_off' | 'anchor_differs';

export interface AuditReport {
  /** Entries that are as they were sealed, up to the fault. */
  readonly count: number;
  /** Where they end; null when there is none. */
  readonly head: AuditHead | null;
  /** The first one. */
  readonly fault: { readonly kind: AuditFault; readonly sequence: number } | null;
}

const PAGE = 1000;

/** Finds the first place at which the audit log is not what was written. */
export class AuditVerification {
  constructor(
    private readonly store: AuditStore,
    private readonly seal: AuditSeal,
  ) {}

  /**
   * @param from the first entry to verify; its predecessor is taken as it is
   * @param anchor a head that was kept elsewhere
   * @throws RangeError when the anchor lies before the entries to verify
   */
  async run({
    from = 1,
    anchor,
  }: { from?: number; anchor?: AuditHead | undefined } = {}): Promise<AuditReport> {
    if (anchor && anchor.sequence < from) throw new RangeError('the anchor lies before the first entry');
    let head: AuditHead | null = from > 1 ? await this.#find(from - 1) : null;
    if (!head && from > 1) return { count: 0, head, fault: { kind: 'missing', sequence: from - 1 } };
    let count = 0;
    // Also what lies before the first entry, where nothing may be.
    for await (const entry of this.#entriesAfter(head?.sequence ?? Number.MIN_SAFE_INTEGER)) {
      const fault = this.#faultOf(entry, head, anchor);
      if (fault) return { count, head, fault };
      head = entry as AuditEntry;
      count++;
    }
    const next = (head?.sequence ?? 0) + 1;
    const isCut = anchor !== undefined && anchor.sequence >= next;
    return { count, head, fault: isCut ? { kind: 'cut_off', sequence: next } : null };
  }

  #faultOf(
    entry: AuditEntry | 'unreadable',
    previous: AuditHead | null,
    anchor: AuditHead | undefined,
  ): AuditReport['fault'] {
    const expected = (previous?.sequence ?? 0) + 1;
    if (entry === 'unreadable') return { kind: 'unreadable', sequence: expected };
    const { sequence, hash, record } = entry;
    if (sequence > expected) return { kind: 'missing', sequence: expected };
    if (sequence < expected) return { kind: 'out_of_order', sequence };
    if (hash !== this.seal.hash(previous, entry)) {
      const keyId = keyIdOf(record);
      const isOurs = keyId === null || keyId === this.seal.keyId;
      return { kind: isOurs ? 'altered' : 'other_key', sequence };
    }
    const differs = anchor?.sequence === sequence && anchor.hash !== hash;
    return differs ? { kind: 'anchor_differs', sequence } : null;
  }

  async #find(sequence: number): Promise<AuditEntry | null> {
    const [entry] = await this.store.page(sequence - 1, 1);
    return entry?.sequence === sequence ? entry : null;
  }

  async *#entriesAfter(sequence: number): AsyncGenerator<AuditEntry | 'unreadable'> {
    for (let after = sequence; ;) {
      const page = await this.#page(after);
      if (page === null) yield 'unreadable';
      else yield* page;
      const last = page?.at(-1);
      if (!last) return;
      after = last.sequence;
    }
  }

  /** What no adapter can read must not hide which entry it is: the readable ones before it are told one by one. */
  async #page(after: number): Promise<AuditEntry[] | null> {
    for (const limit of [PAGE, 1]) {
      try {
        return await this.store.page(after, limit);
      } catch (error) {
        if (error instanceof StorageUnavailable) throw error;
      }
    }
    return null;
  }
}

/** @returns the key that the record names, null when it names none */
function keyIdOf(record: string): string | null {
  try {
    const { key } = JSON.parse(record) as { key?: unknown };
    return typeof key === 'string' ? key : null;
  } catch {
    return null;
  }
}
