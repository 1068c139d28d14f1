import { isIPv4 } from 'node:net';

import ipaddr from 'ipaddr.js';

/** What requests from one address are counted under, from the narrowest to the widest. */
export interface AddressScopes {
  /** One subscriber: an IPv4 address, or the /64 that a subscriber has of IPv6. To count each IPv6 address would be to count nothing. */
  readonly client: string;
  /** Who can have 65,536 of those /64 without paying for more than one; null for IPv4, where each address costs. */
  readonly site: string | null;
  /** The part of the network that it is in. */
  readonly region: string;
}

/** What a trusted proxy calls an address and is none: all of it together is one client. */
const UNKNOWN: AddressScopes = { client: 'unknown', site: null, region: 'unknown' };

export function scopesOf(address: string): AddressScopes {
  // As nearly all are written; the library takes its time, for every request.
  if (isIPv4(address)) return scopesOfIpv4(address);
  if (!ipaddr.isValid(address)) return UNKNOWN;
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4'
    ? scopesOfIpv4(parsed.toString())
    : { client: networkOf(parsed, 64), site: networkOf(parsed, 48), region: networkOf(parsed, 32) };
}

export function isLoopback(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
}

function scopesOfIpv4(client: string): AddressScopes {
  const [first, second] = client.split('.');
  return { client, site: null, region: `${first}.${second}.0.0/16` };
}

function networkOf(address: ipaddr.IPv4 | ipaddr.IPv6, bits: number): string {
  const bytes = address.toByteArray().map((byte, i) => (i < bits / 8 ? byte : 0));
  return `${ipaddr.fromByteArray(bytes).toString()}/${bits}`;
}
