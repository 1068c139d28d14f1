import { count, percent, percentRange } from '../terminal/number-format.js';
import type { FramesAndSessions, PadFindings } from './pad-findings.js';
import { type KindRate, type PresentationRates, worstSpecies } from './presentation-rates.js';

/** A value and a note on it. */
type Figure = readonly [value: string, note: string];

/** Rows that the page and the terminal both show; the first row is the heading. */
export interface FigureTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | Figure)[])[];
}

/** The thresholds of the sweep that a table has room for. */
const SHOWN = [0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.95];

/** BPCER, then APCER of each kind of attack, by frames and by sessions. */
export function errorRateTable({ shipped: { frames, sessions } }: PadFindings): FigureTable {
  const row = (name: string, rateOf: (rates: PresentationRates) => KindRate | undefined) => [
    name,
    ...figures(rateOf(frames)),
    ...(sessions ? figures(rateOf(sessions)) : []),
  ];
  return {
    head: ['Error rate (95 %)', 'frames', 'errors', ...(sessions ? ['sessions', 'errors'] : [])],
    rows: [
      row('BPCER, bona fide', ({ bpcer }) => bpcer),
      ...frames.apcer.map(({ species }) =>
        row(`APCER, ${species}`, ({ apcer }) => apcer.find((kind) => kind.species === species)),
      ),
    ],
  };
}

/** A rate that nothing was decided for is no rate of 0. */
function figures(rate: KindRate | undefined): (string | Figure)[] {
  if (!rate || rate.trials === 0) return ['–', 'none decided'];
  const undecided = rate.nonResponses > 0 ? `, ${count(rate.nonResponses)} undecided` : '';
  return [
    [percent(rate.rate), percentRange(rate.interval)],
    `${count(rate.errors)} of ${count(rate.trials)}${undecided}`,
  ];
}

/** What each cue adds to those before it. */
export function cueTable({ cues }: PadFindings): FigureTable {
  return {
    head: ['Checks', ...pairHead(cues[0])],
    rows: cues.map((cue) => [cue.checks, ...pairFigures(cue)]),
  };
}

export function sweepTable({ sweep, limits }: PadFindings): FigureTable {
  const shown = sweep.filter(({ network }) => SHOWN.includes(network));
  return {
    head: ['Network threshold', ...pairHead(shown[0])],
    rows: shown.map((point) => [
      point.network === limits.network
        ? ([point.network.toFixed(2), 'shipped'] as const)
        : point.network.toFixed(2),
      ...pairFigures(point),
    ]),
  };
}

function pairHead(rates: FramesAndSessions | undefined): string[] {
  const pair = (unit: string) => [`BPCER, ${unit}`, `worst APCER, ${unit}`];
  return [...pair('frames'), ...(rates?.sessions ? pair('sessions') : [])];
}

function pairFigures({ frames, sessions }: FramesAndSessions): (string | Figure)[] {
  const pair = (rates: PresentationRates): (string | Figure)[] => {
    const worst = worstSpecies(rates);
    return [
      rates.bpcer.trials === 0 ? '–' : percent(rates.bpcer.rate),
      worst ? [percent(worst.rate), worst.species] : '–',
    ];
  };
  return [...pair(frames), ...(sessions ? pair(sessions) : [])];
}
