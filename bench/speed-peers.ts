import { startProgress } from '../src/cli/terminal/progress.js';
import type { ModelPack } from '../src/face/model-pack.js';
import { OneDescriptor } from './one-descriptor.js';
import { LIMITS, captured, loadEngine } from './speed-engine.js';
import {
  LEAST_ROUNDS,
  type SectionReport,
  type SpeedRow,
  inTurn,
  ratioOf,
  spreadOf,
  verdict,
} from './speed-figures.js';
import type { PictureSize, Subject } from './speed-images.js';
import { PeerProcess } from './speed-peer-process.js';

/** Their time ÷ ours, a picture. */
const PEERS = [
  { file: 'human.js', limit: { least: 6 } },
  { file: 'face-api.js', limit: { least: 12 } },
] as const;
const SIZES = ['640×480', '1920×1080'] as const;
/** A peer's round takes long, and says as much as several short ones. */
const ROUNDS_IN_ONE = 0.5;

/** What is known of each, by its name. */
export type PeerAccuracy = Readonly<Record<string, string>>;

/** Ours, by the names that accuracy knows them by. */
export const OURS = { oneDescriptor: 'ours', asCompared: 'ours with the mirrored face' } as const;

/** One who looks at faces. */
interface Contender {
  readonly name: string;
  /** @returns milliseconds, NaN where no face was found: that is less work, and no measurement */
  readonly look: (jpeg: Uint8Array, subject: string) => Promise<number>;
  /** In each round one time a subject. */
  readonly rounds: Record<(typeof SIZES)[number], number[][]>;
}

/**
 * The same work on the same pictures: decoding, detection, landmarks or mesh, one descriptor; and beside it what the engine
 * does before it compares, which is a second descriptor. Each peer in a process of its own, ours in this one; one works
 * at a time.
 */
export async function measurePeers(
  pack: ModelPack,
  subjects: readonly Subject[],
  rounds: number,
  accuracy: PeerAccuracy,
  signal: AbortSignal,
): Promise<SectionReport> {
  const engine = await loadEngine(pack, false);
  const single = await OneDescriptor.load(pack, LIMITS);
  const ours = contender(OURS.oneDescriptor, async (jpeg, subject) => {
    const startedAt = performance.now();
    if (!(await single.describe(jpeg, 'largest'))) throw new Error(`no descriptor of ${subject}`);
    return performance.now() - startedAt;
  });
  const asCompared = contender(
    OURS.asCompared,
    async (jpeg, subject) => (await captured(engine, jpeg, subject)).elapsed,
  );
  const processes: PeerProcess[] = [];
  try {
    for (const { file } of PEERS) processes.push(await PeerProcess.start(file));
    const theirs = processes.map((peer) =>
      contender(peer.about.name, async (jpeg, subject) => {
        const { ms, faces } = await peer.recognise(jpeg);
        if (faces.length !== 1)
          throw new Error(`${peer.about.name} finds ${faces.length} faces in ${subject}`);
        return ms;
      }),
    );
    await measureInRounds([ours, asCompared, ...theirs], subjects, Math.ceil(rounds * ROUNDS_IN_ONE), signal);
    const judged = rounds >= LEAST_ROUNDS;
    return {
      rows: SIZES.flatMap((size) =>
        theirs.flatMap((peer, i) => [
          ...peerRow(size, peer, ours, accuracy, { limit: PEERS[i]!.limit, judged }),
          ...peerRow(size, peer, asCompared, accuracy),
        ]),
      ).concat(accuracyOfOurs(accuracy)),
      notes: [
        ...processes.map(
          ({ about: { name, version, models, backEnd, simd, threads } }) =>
            `${name} ${version}: ${models.join(', ')}; back end ${backEnd}, ${simd ? 'with' : 'without'} SIMD, ` +
            `${threads === 1 ? 'one thread, which is what TensorFlow.js allows itself in Node' : `${threads} threads`}.`,
        ),
        'Peers: one face looked for, nothing kept from one picture to the next, everything else of them switched off, ' +
          'warmed up; decoded by the same sharp, and the decoding counts on both sides. Ours is without presentation.',
      ],
    };
  } finally {
    for (const peer of processes) await peer.stop();
  }
}

function contender(name: string, look: Contender['look']): Contender {
  return { name, look, rounds: { '640×480': [], '1920×1080': [] } };
}

async function measureInRounds(
  contenders: readonly Contender[],
  subjects: readonly Subject[],
  rounds: number,
  signal: AbortSignal,
): Promise<void> {
  const progress = startProgress('Peers, round', rounds + 1, process.stderr);
  for (let round = 0; round <= rounds; round++) {
    for (const size of SIZES) {
      const times = new Map(contenders.map(({ name }) => [name, [] as number[]]));
      // A first round warms up: one picture of each size is enough for that.
      for (const { name: subject, jpegs } of round === 0 ? subjects.slice(0, 2) : subjects) {
        for (const { name, look } of inTurn(contenders, round)) {
          times.get(name)!.push(await look(jpegs[size], subject));
          signal.throwIfAborted();
        }
      }
      if (round > 0) for (const { name, rounds } of contenders) rounds[size].push(times.get(name)!);
    }
    progress.advance();
  }
  progress.stop();
}

interface Judgement {
  readonly limit: { readonly least: number };
  readonly judged: boolean;
}

function peerRow(
  size: PictureSize & (typeof SIZES)[number],
  peer: Contender,
  ours: Contender,
  accuracy: PeerAccuracy,
  judgement?: Judgement,
): SpeedRow[] {
  const all = peer.rounds[size];
  const found = (round: readonly number[], i: number) => round.filter((_, j) => !Number.isNaN(all[i]![j]));
  const rounds = { ours: all.map(found), against: ours.rounds[size].map(found) };
  const pictures = rounds.ours[0]?.length ?? 0;
  if (pictures === 0) return [];
  const ratio = ratioOf(rounds);
  const known = accuracy[peer.name];
  const overlooked = (all[0]?.length ?? 0) - pictures;
  return [
    {
      section: 'peers',
      name: `${size}: ${peer.name} ÷ ${ours.name}, a picture${overlooked === 0 ? '' : ` (without ${overlooked} in which it finds no face)`}`,
      ...ratio,
      ...(judgement && size === '640×480' ? verdict(ratio.value, judgement.limit, judgement.judged) : {}),
      ours: spreadOf(rounds.against),
      against: spreadOf(rounds.ours),
      ...(known === undefined ? {} : { accuracy: known }),
    },
  ];
}

function accuracyOfOurs(accuracy: PeerAccuracy): SpeedRow[] {
  return Object.values(OURS).flatMap((name) => {
    const known = accuracy[name];
    if (known === undefined) return [];
    return [{ section: 'peers', name: `${name}, for accuracy`, value: null, accuracy: known }];
  });
}
