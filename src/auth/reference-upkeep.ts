import type { Template } from '../face/capture.js';
import type { DecisionThreshold } from '../face/comparison.js';
import type { AccountStore, BiometricReference } from '../storage/port.js';
import type { SecurityEvents } from './security-event.js';
import type { TemplateVault } from './template-vault.js';

/** The retention clock counts in months: one write a day is exact enough. */
const TOUCH_MS = 86_400_000;
/** Of the quality of the reference that a probe is to replace: somewhat worse is still good. */
const RENEWAL_QUALITY = 0.8;

/** What a match does for the reference that it was made with. */
export class ReferenceUpkeep {
  constructor(
    private readonly deps: {
      readonly accounts: AccountStore;
      readonly vault: TemplateVault;
      readonly events: SecurityEvents;
      /** Stricter than that of the decision: a reference is compared with for years. */
      readonly renewalThreshold: DecisionThreshold;
      readonly now: () => number;
    },
  ) {}

  /**
   * Notes the use; a reference that was revoked gives way to the probe, under a new transform.
   *
   * @returns the new reference, null where the one in use stays
   */
  async matched(
    accountId: string,
    stored: BiometricReference,
    probe: { readonly template: Template; readonly qualityScore: number; readonly score: number },
  ): Promise<Template | null> {
    const { accounts, now } = this.deps;
    if (stored.renewalDue && this.#isGood(stored, probe)) return this.#renew(accountId, stored, probe);
    if (now() - stored.lastUsedAt >= TOUCH_MS) {
      await accounts.touchReference(accountId, stored.ciphertext, now());
    }
    return null;
  }

  #isGood(
    { qualityScore }: BiometricReference,
    probe: { readonly qualityScore: number; readonly score: number },
  ): boolean {
    return (
      probe.score >= this.deps.renewalThreshold.cosine &&
      probe.qualityScore >= RENEWAL_QUALITY * (qualityScore ?? 0)
    );
  }

  async #renew(
    accountId: string,
    stored: BiometricReference,
    { template, qualityScore }: { readonly template: Template; readonly qualityScore: number },
  ): Promise<Template | null> {
    const { accounts, events, vault, now } = this.deps;
    const { ciphertext, protectedTemplate } = await vault.protect(accountId, template);
    const replaced = await accounts.replaceReference(accountId, stored.ciphertext, {
      modelId: template.modelId,
      ciphertext,
      qualityScore,
      createdAt: now(),
      lastUsedAt: now(),
      renewalDue: false,
    });
    // Another one by now: somebody enrolled anew, which renews it as well.
    if (!replaced) return null;
    await events.record({ action: 'face_renewed', outcome: 'success', accountId, by: 'system' });
    return protectedTemplate;
  }
}
