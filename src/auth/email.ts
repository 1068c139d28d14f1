import { domainToASCII } from 'node:url';

/** RFC 5321, 4.5.3.1.3: a path has at most 256 octets with its brackets. */
const MAX_LENGTH = 254;
const LOCAL_PART = /^[^\s@"(),:;<>[\\\]\p{C}]{1,64}$/u;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9-]{2,63}$/;
/** Checked before the conversion, which reads a domain as part of a URL: it would cut `/path` and decode `%41`. */
const TYPED_DOMAIN = /^[\p{L}\p{M}\p{N}.-]+$/u;

/**
 * The form under which an address is stored and unique: trimmed, NFC, lower case, the domain in its ASCII
 * form. Two spellings of one mailbox give one form, whatever keyboard they were typed on.
 *
 * @returns null when `text` is not an e-mail address
 */
export function normaliseEmail(text: string): string | null {
  const address = text.trim().normalize('NFC').toLowerCase();
  const at = address.lastIndexOf('@');
  const local = address.slice(0, Math.max(0, at));
  const typedDomain = address.slice(at + 1);
  if (!TYPED_DOMAIN.test(typedDomain)) return null;
  const domain = domainToASCII(typedDomain);
  if (!LOCAL_PART.test(local) || local.startsWith('.') || local.endsWith('.') || local.includes('..')) {
    return null;
  }
  const normalised = `${local}@${domain}`;
  return DOMAIN.test(domain) && normalised.length <= MAX_LENGTH ? normalised : null;
}
