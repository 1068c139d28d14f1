import { Webhook } from 'standardwebhooks';

/** Signs messages as Standard Webhooks describes it, so that receivers verify them with any of its libraries. */
export class WebhookSigner {
  readonly #webhook: Webhook;

  /** @param secret `whsec_` and base64 */
  constructor(secret: string) {
    this.#webhook = new Webhook(secret);
  }

  /** @param id stays the same over all attempts: receivers know repetitions by it. @param at of this attempt */
  headers(id: string, body: string, at: number): Record<string, string> {
    const timestamp = new Date(at);
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at / 1000)),
      'webhook-signature': this.#webhook.sign(id, timestamp, body),
    };
  }
}
