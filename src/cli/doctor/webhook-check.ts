import type { Config } from '../../config/config.js';
import { type Finding, findings } from './finding.js';

const { ok, warning } = findings('webhook');

/** Nothing is sent: whoever receives it would take it for something that has happened. */
export function checkWebhook({ webhook }: Config): Finding[] {
  if (!webhook) return [];
  const { protocol, hostname } = new URL(webhook.url);
  const isLocal = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
  const found: Finding[] = [
    ok(`is set to ${hostname}. Not tried, for nothing is sent here; the log names deliveries that fail`),
  ];
  if (protocol === 'http:' && !isLocal) {
    found.push(warning('goes over the network without encryption', 'Give WEBHOOK_URL an https:// address.'));
  }
  return found;
}
