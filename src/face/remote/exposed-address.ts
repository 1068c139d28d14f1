import ipaddr from 'ipaddr.js';

/** Names that are only known inside of somebody's own network. */
const PRIVATE_NAME = /(^|\.)(localhost|local|internal|lan|home\.arpa)$/;

/**
 * Whether what is sent to this address can be read on the way by others, as far as the address tells: without TLS, and
 * not to this machine or into a private network. A name without a dot is one of the own network.
 */
export function isExposed(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'http:') return false;
  const host = hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(host)) return ipaddr.process(host).range() === 'unicast';
  return host.includes('.') && !PRIVATE_NAME.test(host);
}
