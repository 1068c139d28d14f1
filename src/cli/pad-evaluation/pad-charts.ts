import {
  GENUINE,
  IMPOSTOR,
  type XY,
  curveLine,
  histogramArea,
  legend,
  renderChart,
  thresholdLine,
  valueAxis,
} from '../evaluation/chart-parts.js';
import type { PadFindings } from './pad-findings.js';
import { type PresentationRates, worstSpecies } from './presentation-rates.js';

const SCORE = 'Score of the network (0 attack … 1 bona fide)';

/** How the network's scores of bona fide frames and of attacks lie, as SVG. */
export function networkHistogram({ histograms: { bonaFide, attack }, limits }: PadFindings): string {
  const highest = 100 * Math.max(0, ...[...bonaFide, ...attack].map(({ share }) => share));
  return renderChart({
    legend: legend(['attack', 'bona fide']),
    xAxis: scoreAxis(SCORE),
    yAxis: valueAxis('Share of frames (% of each kind)'),
    series: [
      histogramArea('attack', attack, IMPOSTOR),
      histogramArea('bona fide', bonaFide, GENUINE),
      thresholdLine(String(limits.network), [limits.network, 0], [limits.network, highest]),
    ],
  });
}

/** Both errors against the threshold on the network's score, the cues as shipped, as SVG. */
export function sweepChart(
  { sweep, limits }: PadFindings,
  ratesOf: (point: PadFindings['sweep'][number]) => PresentationRates | null,
): string {
  const points = sweep.flatMap((point) => {
    const rates = ratesOf(point);
    return rates ? [{ network: point.network, rates }] : [];
  });
  const bpcer = points.map(({ network, rates }): XY => [network, 100 * rates.bpcer.rate]);
  const apcer = points.map(({ network, rates }): XY => [network, 100 * (worstSpecies(rates)?.rate ?? 0)]);
  return renderChart({
    legend: legend(['worst APCER', 'BPCER']),
    xAxis: scoreAxis('Threshold on the score of the network'),
    yAxis: { ...valueAxis('Error rate (% of presentations)'), min: 0 },
    series: [
      curveLine('worst APCER', apcer, IMPOSTOR),
      curveLine('BPCER', bpcer, GENUINE),
      thresholdLine(
        String(limits.network),
        [limits.network, 0],
        [limits.network, Math.max(...[...bpcer, ...apcer].map(([, rate]) => rate))],
      ),
    ],
  });
}

function scoreAxis(name: string) {
  return { ...valueAxis(name), nameGap: 28, min: 0, max: 1, interval: 0.2 };
}
