import type { DetectedFace } from './detector.js';
import { type Point, type RgbImage, centreOf } from './rgb-image.js';

export type FaceSelection =
  | { readonly outcome: 'selected'; readonly face: DetectedFace }
  | { readonly outcome: 'no_face' }
  | { readonly outcome: 'multiple_faces'; readonly count: number };

/** A detection weaker than this is only ever background: it neither is the subject nor disputes it. */
const MIN_SUBJECT_SCORE = 0.85;

/** A face is background when its area is less than this part of the largest face's (half its height and width). */
const BACKGROUND_AREA = 0.25;

/**
 * The one face that a sign-in or an enrolment is about: the largest. Faces of less than a quarter of its
 * area are people in the background and are ignored; any other second face makes the sample ambiguous.
 */
function selectSubject(faces: readonly DetectedFace[]): FaceSelection {
  const clear = faces.filter((face) => face.score >= MIN_SUBJECT_SCORE);
  const [largest] = clear.toSorted((a, b) => area(b) - area(a));
  if (!largest) return { outcome: 'no_face' };
  const rivals = clear.filter((face) => area(face) >= BACKGROUND_AREA * area(largest));
  return rivals.length > 1
    ? { outcome: 'multiple_faces', count: rivals.length }
    : { outcome: 'selected', face: largest };
}

/** `nearest_to_centre` is for labelled research pictures whose subject is centred (LFW), never for people who sign in. */
export type SubjectRule = 'largest' | 'nearest_to_centre';

export function selectFace(
  rule: SubjectRule,
  faces: readonly DetectedFace[],
  image: RgbImage,
): FaceSelection {
  return rule === 'largest' ? selectSubject(faces) : selectNearestToCentre(faces, image);
}

function selectNearestToCentre(faces: readonly DetectedFace[], image: RgbImage): FaceSelection {
  const centre = { x: image.width / 2, y: image.height / 2 };
  const [nearest] = faces.toSorted(
    (a, b) => distance(centreOf(a.box), centre) - distance(centreOf(b.box), centre),
  );
  return nearest ? { outcome: 'selected', face: nearest } : { outcome: 'no_face' };
}

function area(face: DetectedFace): number {
  return face.box.width * face.box.height;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
