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
  try {
    return { kind: 'sqlite', file: fileURLToPath(url) };
  } catch {
    return null;
  }
}

/** For people and logs: without user and password. */
export function describeLocation(location: StorageLocation): string {
  if (location.kind === 'sqlite') return `SQLite in ${location.file}`;
  // No URL in the strict sense: it may name several hosts.
  const parts = /^mongodb(?:\+srv)?:\/\/(?:.*@)?([^/?]+)(?:\/([^?]*))?/.exec(location.url);
  return `MongoDB at ${parts?.[1] ?? 'an unnamed host'}${parts?.[2] ? `, database ${parts[2]}` : ''}`;
}
