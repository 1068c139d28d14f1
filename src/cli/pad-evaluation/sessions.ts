import type { LabelledImage } from './labels-file.js';

/** Fewer frames than this are no session: a median of two is a mean. */
const MIN_FRAMES = 3;

export interface Sessions<T extends LabelledImage> {
  /** Frames of one subject and one kind of presentation, in the order of their names; at least one each. */
  readonly sessions: readonly (readonly T[])[];
  /** Frames of subjects that have too few for a session. */
  readonly leftOut: number;
}

/**
 * Cuts the images of each subject and kind, in the order of their names, into sessions of `size` neighbours. A
 * remainder of fewer than three joins the session before it.
 *
 * @param size frames of a session, 1 or more
 * @returns null when the images have no subjects, for then nobody knows which of them belong together
 */
export function sessionsOf<T extends LabelledImage>(images: readonly T[], size: number): Sessions<T> | null {
  if (images.every(({ subject }) => subject === undefined)) return null;
  const least = Math.min(MIN_FRAMES, size);
  const groups = new Map<string, T[]>();
  for (const image of images) {
    const key = JSON.stringify([image.subject, image.species]);
    groups.set(key, [...(groups.get(key) ?? []), image]);
  }
  const sessions: T[][] = [];
  let leftOut = 0;
  for (const group of groups.values()) {
    const frames = group.toSorted((x, y) => (x.image < y.image ? -1 : 1));
    const own: T[][] = [];
    for (let start = 0; start < frames.length; start += size) {
      const session = frames.slice(start, start + size);
      if (session.length >= least) own.push(session);
      else if (own.length > 0) own.at(-1)!.push(...session);
      else leftOut += session.length;
    }
    sessions.push(...own);
  }
  return { sessions, leftOut };
}
