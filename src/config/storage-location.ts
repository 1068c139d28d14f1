import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where an installation keeps its state. */
export type StorageLocation =
  | { readonly kind: 'sqlite'; /** Absolute. */ readonly file: string }
  | { readonly kind: 'mongodb'; readonly url: string };

/**
 * @param url `file:PATH`, relative to the working directory, or `mongodb://…`
 * @returns null for any other text
 */
export function parseStorageUrl(url: string): StorageLocation | null {
  if (/^mongodb(\+srv)?:\/\/[^/]/.test(url)) return { kind: 'mongodb', url };
  const file = /^file:(?!\/\/)(.+)$/.exec(url)?.[1];
  if (file !== undefined) return { kind: 'sqlite', file: path.resolve(file) };
  if (!url.startsWith('file://')) return null;
  try {
    return { kind: 'sqlite', file: fileURLToPath(url) };
  } catch {
    return null;
  }
}

/** For people and logs: without user, password and options. */
export function describeLocation(location: StorageLocation): string {
  if (location.kind === 'sqlite') return `SQLite in ${location.file}`;
  // No URL in the strict sense: it may name several hosts. What is malformed could show a password in their place.
  const rest = location.url.slice(location.url.indexOf('://') + 3);
  const [, authority = '', database] = /^([^/?]*)(?:\/([^?]*))?/.exec(rest) ?? [];
  const malformed = rest.includes('@') && !authority.includes('@');
  const hosts = malformed ? '' : authority.slice(authority.lastIndexOf('@') + 1);
  return `MongoDB at ${hosts || 'an unreadable address'}${database && !malformed ? `, database ${database}` : ''}`;
}
