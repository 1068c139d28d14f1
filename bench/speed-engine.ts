import { startProgress } from '../src/cli/terminal/progress.js';
import type { ImageLimits } from '../src/face/decode.js';
import { FaceEngine } from '../src/face/engine.js';
import { ENGINE_STAGES, type EngineStage, StageClock, type StageTimes } from '../src/face/engine-report.js';
import type { ModelPack } from '../src/face/model-pack.js';
import {
  LEAST_ROUNDS,
  type PairedRounds,
  type SectionReport,
  type SpeedRow,
  inTurn,
  ratioOf,
  spreadOf,
  verdict,
} from './speed-figures.js';
import {
  type FloorStage,
  type FloorTimes,
  type SpeedFloor,
  decodeReduced,
  floorTotal,
} from './speed-floor.js';
import type { PictureSize, Subject } from './speed-images.js';

export const LIMITS: ImageLimits = { maxBytes: 10_000_000, maxPixels: 25_000_000 };
/** The engine ÷ bare models and decoder. */
const LIMIT = { most: 1.25 };
const SIZES = ['640×480', '1920×1080'] as const;
/** Rounds that nobody counts: until the compiler has seen the code of both sides. */
const WARM_UP = 3;
/** The engine's rounds are short: so many of them make one of the benchmark's. */
const ROUNDS_IN_ONE = 2;

/** Of one size: in each round one sample a subject. */
interface SizeSamples {
  readonly floor: FloorTimes[][];
  readonly reducedDecode: number[][];
  readonly stages: StageTimes[][];
  readonly passive: number[][];
  readonly unchecked: number[][];
}

/** The engine in this process and on this thread, next to what the models and the decoder take by themselves. */
export async function measureEngine(
  pack: ModelPack,
  subjects: readonly Subject[],
  floor: SpeedFloor,
  rounds: number,
  signal: AbortSignal,
): Promise<SectionReport> {
  const passive = await loadEngine(pack, true);
  const unchecked = await loadEngine(pack, false);
  const samples = { '640×480': emptySamples(), '1920×1080': emptySamples() };
  const measured = rounds * ROUNDS_IN_ONE;
  const progress = startProgress('Engine and floor, round', WARM_UP + measured, process.stderr);
  for (let round = -WARM_UP; round < measured; round++) {
    for (const size of SIZES) {
      const into = round < 0 ? emptySamples() : samples[size];
      await measureRound({ passive, unchecked, floor }, subjects, { size, round: round + WARM_UP }, into);
      signal.throwIfAborted();
    }
    progress.advance();
  }
  progress.stop();
  const judged = rounds >= LEAST_ROUNDS;
  return {
    rows: SIZES.flatMap((size) => rowsOf(size, samples[size], judged)),
    notes: [
      'Floor: the bare decoder at full size, and session.run of the models as often as the engine runs them ' +
        '(detection 1, landmarks 8, presentation 2, recognition 2), same options, same thread, outputs not read.',
      `Engine: FaceEngine.capture in this process; ${measured} rounds of ${subjects.length} pictures, ` +
        'floor and engine in turn for each picture.',
    ],
  };
}

export async function loadEngine(pack: ModelPack, presentation: boolean): Promise<FaceEngine> {
  return FaceEngine.load(pack, {
    limits: LIMITS,
    checks: { presentation, live: false },
    subjectRule: 'largest',
  });
}

function emptySamples(): SizeSamples {
  return { floor: [], reducedDecode: [], stages: [], passive: [], unchecked: [] };
}

async function measureRound(
  parts: { readonly passive: FaceEngine; readonly unchecked: FaceEngine; readonly floor: SpeedFloor },
  subjects: readonly Subject[],
  { size, round }: { readonly size: PictureSize; readonly round: number },
  into: SizeSamples,
): Promise<void> {
  const [floor, reducedDecode]: [FloorTimes[], number[]] = [[], []];
  const [stages, passive, unchecked]: [StageTimes[], number[], number[]] = [[], [], []];
  for (const { name, jpegs } of subjects) {
    const jpeg = jpegs[size];
    const turns = [
      async () => void floor.push(await parts.floor.measure(jpeg)),
      async () => void reducedDecode.push(await decodeReduced(jpeg)),
      async () => {
        const clock = await captured(parts.passive, jpeg, name);
        passive.push(clock.elapsed);
        stages.push(clock.times);
      },
      async () => void unchecked.push((await captured(parts.unchecked, jpeg, name)).elapsed),
    ];
    for (const turn of inTurn(turns, round)) await turn();
  }
  into.floor.push(floor);
  into.reducedDecode.push(reducedDecode);
  into.stages.push(stages);
  into.passive.push(passive);
  into.unchecked.push(unchecked);
}

/** @throws Error when the picture gave no template: it would be fast, and no measurement */
export async function captured(engine: FaceEngine, jpeg: Uint8Array, name: string): Promise<StageClock> {
  const clock = new StageClock();
  const { outcome } = await engine.capture(jpeg, 'verification', clock);
  if (outcome !== 'captured') throw new Error(`the engine answers ${outcome} to ${name}`);
  return clock;
}

function rowsOf(size: PictureSize, samples: SizeSamples, judged: boolean): SpeedRow[] {
  const { floor, stages, passive, unchecked, reducedDecode } = samples;
  const total = (presentation: boolean) =>
    floor.map((round) => round.map((times) => floorTotal(times, presentation)));
  const compared = (name: string, rounds: PairedRounds): SpeedRow & { readonly value: number } => ({
    section: 'engine',
    name: `${size}: ${name}`,
    ...ratioOf(rounds),
    ours: spreadOf(rounds.ours),
    against: spreadOf(rounds.against),
  });
  const whole = compared('engine ÷ floor', { ours: passive, against: total(true) });
  return [
    { ...whole, ...(size === '640×480' ? verdict(whole.value, LIMIT, judged) : {}) },
    compared('engine ÷ floor, without presentation', { ours: unchecked, against: total(false) }),
    ...ENGINE_STAGES.flatMap((stage) => {
      const ours = stages.map((round) => round.map((times) => times[stage] ?? NaN));
      if (ours.flat().some(Number.isNaN)) return [];
      if (!hasFloor(stage)) return [withoutFloor(size, stage, ours)];
      return [compared(stage, { ours, against: floor.map((round) => round.map((times) => times[stage])) })];
    }),
    ...(size === '640×480'
      ? []
      : [withoutFloor(size, 'bare decoder that reduces while it reads', reducedDecode)]),
  ];
}

function hasFloor(stage: EngineStage): stage is EngineStage & FloorStage {
  return ['decode', 'detection', 'landmarks', 'presentation', 'recognition'].includes(stage);
}

function withoutFloor(size: PictureSize, name: string, rounds: readonly (readonly number[])[]): SpeedRow {
  return { section: 'engine', name: `${size}: ${name}`, value: null, ours: spreadOf(rounds) };
}
