import { count, percent } from '../src/cli/terminal/number-format.js';
import { textTable } from '../src/cli/terminal/text-table.js';
import { ALTERATIONS, type AlteredClip, type Guessing, type SingleMovement } from './judge-guessing.js';
import type { FollowedFilm, Strangers } from './judge-identity.js';
import type { CodeConfusion } from './judge-light-codes.js';
import type { LightCase } from './judge-light.js';
import type { AnsweredClip, RestingNoise, UnaskedMovement, YawAgainstTurn } from './judge-movements.js';
import type { ApproachCase } from './judge-perspective.js';
import { APART_SECONDS, type RecordingRates, type Share } from './judge-recordings.js';
import type { Machine } from './machine.js';

export interface JudgeReport {
  readonly measuredAt: string;
  readonly machine: Machine;
  readonly seconds: number;
  readonly identity: { readonly followed: readonly FollowedFilm[]; readonly strangers: Strangers };
  readonly movements: {
    readonly turns: readonly YawAgainstTurn[];
    readonly answered: readonly AnsweredClip[];
    readonly noise: RestingNoise;
    readonly unasked: readonly UnaskedMovement[];
  };
  readonly guessing: {
    readonly random: readonly Guessing[];
    readonly single: readonly SingleMovement[];
    readonly altered: readonly AlteredClip[];
  };
  readonly light: { readonly simulated: readonly LightCase[]; readonly codes: CodeConfusion };
  readonly recordings: { readonly films: readonly RecordingRates[]; readonly otherDay: Share };
  readonly approach: readonly ApproachCase[];
}

/** Rounded to what the measurement can tell. */
export function judgeReportJson(report: JudgeReport): string {
  const digits = (_: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(5)) : value;
  return `${JSON.stringify(report, digits, 2)}\n`;
}

export function judgeTables(report: JudgeReport): string {
  const { machine, seconds } = report;
  return [
    ...identityTables(report.identity),
    ...movementTables(report.movements),
    ...guessingTables(report.guessing),
    ...lightTables(report.light),
    ...recordingTables(report.recordings),
    ...approachTable(report.approach),
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; ${count(seconds)} s.`,
    '',
  ].join('\n');
}

function identityTables({ followed, strangers }: JudgeReport['identity']): string[] {
  return [
    'Following one person: cosine with the anchor of the session, over 20 s',
    textTable([
      [
        'film',
        'sessions',
        'frames',
        'least',
        '0.1 %',
        '1 %',
        'median',
        'doubtful frames',
        'changed',
        'frozen',
      ],
      ...followed.map(({ film, sessions, frames, cosine, doubtful, changed, frozen }) => [
        film,
        count(sessions),
        count(frames),
        ...[cosine.least, cosine.p01, cosine.p1, cosine.median].map((value) => value.toFixed(3)),
        count(doubtful),
        count(changed),
        count(frozen),
      ]),
    ]),
    `Another man: ${strangers.greatest.toFixed(3)} at most, 99.9 % below ${strangers.p999.toFixed(3)}, ` +
      `${count(strangers.accepted)} of ${count(strangers.comparisons)} above the limit.`,
    '',
    textTable([
      ['consecutive frames', 'pairs', 'identical', '99 % below', 'half a second apart', 'least', '0.1 %'],
      ...followed.map(({ film, consecutive: { pairs, identical, p99 }, moment }) => [
        film,
        count(pairs),
        `${count(identical)} (${percent(identical / pairs)})`,
        p99.toFixed(5),
        count(moment.pairs),
        moment.least.toFixed(3),
        moment.p01.toFixed(3),
      ]),
    ]),
    '',
  ];
}

function movementTables({ turns, answered, noise, unasked }: JudgeReport['movements']): string[] {
  return [
    'Yaw (pose network) against turn (landmarks)',
    textTable([
      ['film', 'frames', 'correlation', 'turn of 15°', 'yaw'],
      ...turns.map(({ film, frames, correlation, turnOf15Degrees, yaws }) => [
        film,
        count(frames),
        correlation.toFixed(3),
        turnOf15Degrees.toFixed(3),
        yaws.map((yaw) => `${yaw.toFixed(0)}°`).join(' … '),
      ]),
    ]),
    '',
    textTable([
      ['clip', 'ending', 'how far each movement goes (1 is enough)'],
      ...answered.map(({ clip, ending, peaks }) => [
        clip,
        ending,
        peaks.map(({ movement, amount }) => `${movement} ${amount.toFixed(2)}`).join(', '),
      ]),
    ]),
    '',
    textTable([
      ['unasked, in the 2 s after a baseline', 'median', '99 % below', 'enough'],
      ...unasked.map(({ movement, median, p99, enough }) => [
        movement,
        median.toFixed(2),
        p99.toFixed(2),
        percent(enough),
      ]),
    ]),
    `Noise from frame to frame (${count(noise.frames)}, standard deviation): yaw ${noise.yawDegrees.toFixed(2)}°, ` +
      `pitch ${noise.pitchDegrees.toFixed(2)}°, turn ${noise.turn.toFixed(4)}, nose drop ${noise.noseDrop.toFixed(4)}, ` +
      `mouth ${noise.mouthOpenness.toFixed(4)}, eyes ${percent(noise.eyeOpenness)}, size ${percent(noise.size)}, ` +
      `eyes to jaw ${percent(noise.eyesToJaw)}.`,
    '',
  ];
}

function guessingTables({ random, single, altered }: JudgeReport['guessing']): string[] {
  return [
    'A film of the right person against movements drawn at random',
    textTable([
      ['drawn from', 'orders', 'tries', 'answered', 'passed', 'failed for'],
      ...random.map(({ draw, orders, tries, answered, passed, failures }) => [
        draw,
        count(orders),
        count(tries),
        `${count(answered)} (${percent(answered / tries)})`,
        count(passed),
        Object.entries(failures)
          .sort(([, a], [, b]) => b - a)
          .map(([failure, times]) => `${failure} ${times}`)
          .join(', '),
      ]),
    ]),
    '',
    textTable([
      ['one movement alone', 'tries', 'answered by chance'],
      ...single.map(({ movement, tries, answered }) => [
        movement,
        count(tries),
        `${count(answered)} (${percent(answered / tries)})`,
      ]),
    ]),
    '',
    textTable([
      ['the clip against its own challenge', 'tries', ...ALTERATIONS],
      ...altered.map(({ clip, tries, answered }) => [
        clip,
        count(tries),
        ...ALTERATIONS.map((alteration) => count(answered[alteration])),
      ]),
    ]),
    '',
  ];
}

function lightTables({ simulated, codes }: JudgeReport['light']): string[] {
  return [
    'Simulated light: least / 10 % / median / 90 % / greatest',
    textTable([
      ['light', 'decisions', 'reflected', 'similarity', 'gain'],
      ...simulated.map(({ name, decisions, reflected, similarity, gain }) => [
        name,
        count(decisions),
        `${count(reflected)} (${percent(reflected / decisions)})`,
        fiveNumbers(similarity, 2),
        fiveNumbers(gain, 3),
      ]),
    ]),
    `Of ${count(codes.codes)} codes, the light of ${codes.mean.toFixed(1)} others passes for the one asked for, ` +
      `${codes.least} to ${codes.greatest} (${percent(codes.mean / codes.codes)}).`,
    '',
  ];
}

function fiveNumbers(
  { least, p10, median, p90, greatest }: LightCase['similarity'],
  decimals: number,
): string {
  return [least, p10, median, p90, greatest].map((value) => value.toFixed(decimals)).join(' / ');
}

function recordingTables({ films, otherDay }: JudgeReport['recordings']): string[] {
  const row = (name: string, share: Share | null) =>
    share
      ? [
          name,
          count(share.pairs),
          `${count(share.recognised)} (${percent(share.recognised / share.pairs)})`,
          ...[share.least, share.median, share.p95, share.greatest].map((value) => value.toFixed(2)),
        ]
      : [name, '0'];
  return [
    'Recordings: 12 s against what is kept of 12 s, kept traces that are found again',
    textTable([
      ['', 'pairs', 'recognised', 'least', 'median', '95 % below', 'greatest'],
      ...films.flatMap(({ film, again, other, otherOfPassed, passedSessions }) => [
        row(`${film}, the same again`, again),
        row(`${film}, another part`, other),
        row(`${film}, another part, against ${passedSessions} sessions that pass`, otherOfPassed),
      ]),
      row('cap12 and cap13, another day', otherDay),
    ]),
    `The most alike of two frames ${APART_SECONDS} s apart, by the cosine of their features: ` +
      `${films.map(({ film, nearestApart }) => `${film} ${nearestApart.toFixed(4)}`).join(', ')}.`,
    '',
  ];
}

function approachTable(approach: readonly ApproachCase[]): string[] {
  const range = ({ least, median, greatest }: ApproachCase['size']) =>
    [least, median, greatest].map((value) => `${(100 * value).toFixed(1)} %`).join(' / ');
  return [
    'Simulated approach from 60 cm: least / median / greatest growth',
    textTable([
      ['', 'to', 'one face', 'size', 'eyes to jaw', 'come closer'],
      ...approach.map(({ solid, to, frames, observed, size, eyesToJaw, passed }) => [
        solid ? 'head' : 'picture',
        `${to} cm`,
        `${observed} of ${frames}`,
        range(size),
        range(eyesToJaw),
        `${passed} of ${frames}`,
      ]),
    ]),
    '',
  ];
}
