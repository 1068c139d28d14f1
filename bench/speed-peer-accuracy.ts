import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { type ListedResult, crossValidatedAccuracy } from '../src/cli/evaluation/accuracy.js';
import { acquire } from '../src/cli/evaluation/acquisition.js';
import { genuineAmong } from '../src/cli/evaluation/all-against-all.js';
import {
  equalErrorRate,
  falseNonMatchRate,
  isSupported,
  thresholdAt,
} from '../src/cli/evaluation/error-rates.js';
import { foldsOf } from '../src/cli/evaluation/folds.js';
import { identitiesOf } from '../src/cli/evaluation/identities.js';
import { withEngines } from '../src/cli/evaluation/measuring-engines.js';
import { type ListedPair, readPairs } from '../src/cli/evaluation/pairs-file.js';
import { percent, rate } from '../src/cli/terminal/number-format.js';
import { startProgress } from '../src/cli/terminal/progress.js';
import { UsageError } from '../src/cli/usage-error.js';
import { decodeImage } from '../src/face/decode.js';
import type { ModelPack } from '../src/face/model-pack.js';
import { OneDescriptor } from './one-descriptor.js';
import { type PeerFace, PeerProcess } from './speed-peer-process.js';
import { OURS, type PeerAccuracy } from './speed-peers.js';

export interface LabelledFaces {
  readonly pairs: string;
  readonly images: string;
  /** Genuine pairs that are taken of the list, evenly spread, and as many impostor pairs. */
  readonly ofEachKind: number;
}

type Descriptors = ReadonlyMap<string, ArrayLike<number>>;

/** In a crowd the person whom a picture is named after stands in the middle. */
const MOST_FACES = 5;
const FALSE_MATCH_RATES = [1e-4, 1e-3, 1e-2];
const LIMITS = { maxBytes: 50e6, maxPixels: 100e6 };

/** How well each tells people apart, on the same sample of labelled pairs. */
export async function measurePeerAccuracy(
  pack: ModelPack,
  { pairs: file, images: folder, ofEachKind }: LabelledFaces,
  signal: AbortSignal,
): Promise<PeerAccuracy> {
  const listed = await readPairs(file, folder);
  const pairs = [true, false].flatMap((same) =>
    evenly(
      listed.filter((pair) => pair.same === same),
      ofEachKind,
    ),
  );
  const images = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))];
  const read = (image: string) => readFile(path.join(folder, image));
  const described = new Map<string, Descriptors>([
    [OURS.oneDescriptor, await describeOnce(pack, images, read)],
    [OURS.asCompared, await describeOurs(pack, images, read)],
  ]);
  const progress = startProgress('Peers on labelled faces, picture', 2 * images.length, process.stderr);
  // Nothing is timed here: each has a core.
  await Promise.all(
    ['human.js', 'face-api.js'].map(async (program) => {
      const peer = await PeerProcess.start(program);
      try {
        const descriptors = new Map<string, Float32Array>();
        for (const image of images) {
          signal.throwIfAborted();
          const face = await centralFace(peer, await read(image));
          if (face) descriptors.set(image, face.descriptor);
          progress.advance();
        }
        described.set(peer.about.name, descriptors);
      } finally {
        await peer.stop();
      }
    }),
  );
  progress.stop();
  return Object.fromEntries(
    [...described].map(([name, descriptors]) => [name, summary(pairs, images, descriptors)]),
  );
}

function evenly<T>(items: readonly T[], count: number): T[] {
  const taken = Math.min(count, items.length);
  return Array.from({ length: taken }, (_, i) => items[Math.floor((i * items.length) / taken)]!);
}

async function describeOnce(
  pack: ModelPack,
  images: readonly string[],
  read: (image: string) => Promise<Buffer>,
): Promise<Descriptors> {
  const single = await OneDescriptor.load(pack, LIMITS);
  const descriptors = new Map<string, Float32Array>();
  for (const image of images) {
    const descriptor = await single.describe(await read(image), 'nearest_to_centre');
    if (descriptor) descriptors.set(image, descriptor);
  }
  return descriptors;
}

async function describeOurs(
  pack: ModelPack,
  images: readonly string[],
  read: (image: string) => Promise<Buffer>,
): Promise<Descriptors> {
  const measurement = {
    checks: { presentation: false, live: false },
    subjectRule: 'nearest_to_centre',
    label: 'Ours on labelled faces, picture',
    images: images.length,
  } as const;
  const { templates } = await withEngines(pack, measurement, ({ pool, inFlight, advance }) =>
    acquire(pool, images, { read, inFlight, onCaptured: advance }),
  );
  return templates;
}

async function centralFace(peer: PeerProcess, sample: Buffer): Promise<PeerFace | undefined> {
  const decoded = await decodeImage(sample, LIMITS);
  if (decoded.outcome !== 'decoded') throw new UsageError('a labelled picture cannot be read');
  const [x, y] = [decoded.image.width / 2, decoded.image.height / 2];
  const { faces } = await peer.recognise(sample, MOST_FACES);
  const distance = ({ box }: PeerFace) =>
    Math.hypot(box.left + box.width / 2 - x, box.top + box.height / 2 - y);
  return [...faces].sort((a, b) => distance(a) - distance(b))[0];
}

/**
 * Distances are Euclidean, as both peers document; of unit vectors, which ours are, they order pairs as cosines do.
 * A picture without a descriptor is an error in genuine pairs at every threshold.
 */
function summary(pairs: readonly ListedPair[], images: readonly string[], descriptors: Descriptors): string {
  const known = images.filter((image) => descriptors.has(image));
  const distances = (a: string, b: string) => euclidean(descriptors.get(a)!, descriptors.get(b)!);
  const among = allDistances(known, distances, identitiesOf(pairs));
  const folds = foldsOf(pairs);
  // Into the range of a cosine, which the protocol expects; the order is what counts.
  const score = (distance: number) => 1 - (2 * distance) / among.greatest;
  const results = pairs.map(({ a, b, same }, i): ListedResult => {
    const both = descriptors.has(a) && descriptors.has(b);
    return { same, fold: folds[i]!, score: both ? score(distances(a, b)) : undefined };
  });
  const { mean } = crossValidatedAccuracy(results);
  const { genuine, impostor } = listedScores(results);
  const parts = [
    `${percent(mean)} right`,
    `EER ${percent(equalErrorRate(genuine, impostor).rate)}`,
    ...trueAccepts(among, images, pairs, score),
  ];
  const failed = images.length - known.length;
  return parts.concat(failed === 0 ? [] : [`${failed} of ${images.length} not acquired`]).join(', ');
}

function listedScores(results: readonly ListedResult[]) {
  const scores = (same: boolean) =>
    Float32Array.from(
      results.flatMap((r) => (r.same === same && r.score !== undefined ? [r.score] : [])),
    ).sort();
  const failures = results.filter(({ same, score }) => same && score === undefined).length;
  return { genuine: { sorted: scores(true), failures }, impostor: scores(false) };
}

interface AllDistances {
  readonly genuine: readonly number[];
  readonly impostor: readonly number[];
  readonly greatest: number;
}

function allDistances(
  images: readonly string[],
  distance: (a: string, b: string) => number,
  identities: ReturnType<typeof identitiesOf>,
): AllDistances {
  if (!identities.known) throw new UsageError(`Who is on which image is not known: ${identities.reason}.`);
  const [genuine, impostor]: [number[], number[]] = [[], []];
  let greatest = 0;
  for (const [i, a] of images.entries()) {
    for (const b of images.slice(i + 1)) {
      const between = distance(a, b);
      greatest = Math.max(greatest, between);
      (identities.of(a) === identities.of(b) ? genuine : impostor).push(between);
    }
  }
  return { genuine, impostor, greatest };
}

/** At the smallest false match rate that all images against all others can tell. */
function trueAccepts(
  { genuine, impostor }: AllDistances,
  images: readonly string[],
  pairs: readonly ListedPair[],
  score: (distance: number) => number,
): string[] {
  const identities = identitiesOf(pairs);
  const wanted = FALSE_MATCH_RATES.find((fmr) => isSupported(fmr, impostor.length));
  if (wanted === undefined || !identities.known) return [];
  const threshold = thresholdAt(Float32Array.from(impostor, score).sort(), wanted);
  if (threshold === undefined) return [];
  const failures = genuineAmong(images.map(identities.of)) - genuine.length;
  const missed = falseNonMatchRate({ sorted: Float32Array.from(genuine, score).sort(), failures }, threshold);
  return [`${percent(1 - missed.rate)} accepted at FMR ${rate(wanted)}`];
}

function euclidean(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(squares);
}
