import path from 'node:path';

import type { ListedPair } from './pairs-file.js';

/** Who is on which image, as far as the image set says so. */
export type Identities =
  | {
      readonly known: true;
      readonly count: number;
      /** The name of the person on an image. */
      readonly of: (image: string) => string;
    }
  | {
      readonly known: false;
      /** A sentence for the report. */
      readonly reason: string;
      /** Groups of images that genuine pairs join; the same person may be in several of them. */
      readonly count: number;
    };

/**
 * Takes the folder of an image for the identity, as face image sets are usually laid out. Not where there
 * is only one folder, nor where a pair contradicts it: impostor scores between two folders of one person
 * would raise every threshold.
 */
export function identitiesOf(pairs: readonly ListedPair[]): Identities {
  const of = (image: string): string => path.posix.dirname(image);
  const images = new Set(pairs.flatMap(({ a, b }) => [a, b]));
  const count = new Set([...images].map(of)).size;
  if (count === 1)
    return { known: false, reason: 'all images lie in one folder', count: joinedGroups(pairs) };
  const contradicting = pairs.filter(({ a, b, same }) => (of(a) === of(b)) !== same);
  const [first] = contradicting;
  if (!first) return { known: true, count, of };
  return {
    known: false,
    reason:
      `the folders are not identities: ${contradicting.length} pairs contradict them, ` +
      `the first in line ${first.line} of the pairs file`,
    count: joinedGroups(pairs),
  };
}

/** Connected components of the images under "same person" (union–find with path halving). */
function joinedGroups(pairs: readonly ListedPair[]): number {
  const parent = new Map<string, string>();
  const root = (image: string): string => {
    let at = image;
    for (;;) {
      const above = parent.get(at) ?? at;
      if (above === at) return at;
      const next = parent.get(above) ?? above;
      parent.set(at, next);
      at = next;
    }
  };
  for (const { a, b, same } of pairs) {
    if (same) parent.set(root(a), root(b));
  }
  return new Set(pairs.flatMap(({ a, b }) => [root(a), root(b)])).size;
}
