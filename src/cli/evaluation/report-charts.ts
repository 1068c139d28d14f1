import {
  GENUINE,
  IMPOSTOR,
  RULE,
  type XY,
  curveLine,
  guideLine,
  histogramArea,
  legend,
  markedPoint,
  rateAxis,
  renderChart,
  thresholdLine,
  valueAxis,
} from './chart-parts.js';
import type { Findings } from './findings.js';
import { rate } from '../terminal/number-format.js';

const FALSE_MATCH_RATE = 'False match rate (fraction of impostor pairs)';
const COSINE = 'Comparison score (cosine)';

/** True match rate against false match rate (receiver operating characteristic), as SVG. */
export function rocChart({ curve, equalErrorRate }: Findings): string {
  const points = curve.map(({ fmr, fnmr }): XY => [fmr, 100 * (1 - fnmr)]);
  return renderChart({
    xAxis: { ...rateAxis(FALSE_MATCH_RATE, curve[0]?.fmr ?? 1), nameGap: 28 },
    yAxis: { ...valueAxis('True match rate (% of genuine pairs)'), scale: true, max: 100 },
    series: [
      curveLine('ROC', points, GENUINE),
      markedPoint('EER', [equalErrorRate.rate, 100 * (1 - equalErrorRate.rate)], 'bottom'),
    ],
  });
}

/** False non-match rate against false match rate (detection error trade-off), as SVG. */
export function detChart({ curve, equalErrorRate: { rate: equal } }: Findings): string {
  // A logarithmic axis has no place for 0.
  const points = curve.filter(({ fnmr }) => fnmr > 0).map(({ fmr, fnmr }): XY => [fmr, fnmr]);
  const xAxis = rateAxis(FALSE_MATCH_RATE, curve[0]?.fmr ?? 1);
  const yAxis = rateAxis(
    'False non-match rate (fraction of genuine pairs)',
    Math.min(...points.map(([, fnmr]) => fnmr)),
  );
  const corner = Math.max(xAxis.min, yAxis.min);
  return renderChart({
    xAxis: { ...xAxis, nameGap: 28 },
    yAxis,
    series: [
      guideLine([corner, corner], [1, 1]),
      curveLine('DET', points, GENUINE),
      ...(equal > corner ? [markedPoint('EER', [equal, equal], 'top')] : []),
    ],
  });
}

/** How the scores of genuine and of impostor pairs lie, with the thresholds between them, as SVG. */
export function scoreHistogram(findings: Findings): string {
  const { genuine, impostor } = findings.histograms;
  const highest = 100 * Math.max(...[...genuine, ...impostor].map(({ share }) => share));
  return renderChart({
    legend: legend(['impostor', 'genuine']),
    xAxis: cosineAxis(findings),
    yAxis: valueAxis('Share of scores (% of each kind)'),
    series: [
      histogramArea('impostor', impostor, IMPOSTOR),
      histogramArea('genuine', genuine, GENUINE),
      ...markedThresholds(findings).map(([cosine, label]) =>
        thresholdLine(label, [cosine, 0], [cosine, highest]),
      ),
    ],
  });
}

/** Both error rates against the threshold, which shows the tails that a histogram cannot, as SVG. */
export function thresholdChart(findings: Findings): string {
  const { curve } = findings;
  const nonMatches = curve.filter(({ fnmr }) => fnmr > 0).map(({ cosine, fnmr }): XY => [cosine, fnmr]);
  const matches = curve.map(({ cosine, fmr }): XY => [cosine, fmr]);
  const yAxis = rateAxis(
    'Error rate (fraction of pairs of its kind)',
    Math.min(...[...nonMatches, ...matches].map(([, value]) => value)),
  );
  return renderChart({
    legend: legend(['false match rate', 'false non-match rate']),
    xAxis: cosineAxis(findings),
    yAxis,
    series: [
      curveLine('false match rate', matches, IMPOSTOR),
      curveLine('false non-match rate', nonMatches, GENUINE),
      ...markedThresholds(findings).map(([cosine, label]) =>
        thresholdLine(label, [cosine, yAxis.min], [cosine, 1]),
      ),
    ],
  });
}

/** The axis from the step of 0.2 below the lowest score to the highest possible one. */
function cosineAxis({ histograms: { genuine, impostor } }: Findings) {
  const lowest = Math.min(genuine[0]?.from ?? 0, impostor[0]?.from ?? 0);
  return {
    ...valueAxis(COSINE),
    nameGap: 28,
    min: Math.max(-1, Math.floor(lowest * 5) / 5),
    max: 1,
    interval: 0.2,
    splitLine: { show: true, lineStyle: { color: RULE, opacity: 0.5 } },
    axisLabel: { ...valueAxis(COSINE).axisLabel, formatter: (value: number) => value.toFixed(1) },
  };
}

/** The thresholds in use when there are any, else those found here; only those for powers of ten have room. */
function markedThresholds({ shipped, operatingPoints }: Findings): [number, string][] {
  const points = typeof shipped === 'string' ? operatingPoints : shipped.points;
  return points
    .map(({ cosine, falseMatchRate }): [number, string] => [cosine, rate(falseMatchRate)])
    .filter(([, label]) => label.startsWith('1e'));
}
