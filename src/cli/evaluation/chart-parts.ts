import { type EChartsOption, type LegendComponentOption, type LineSeriesOption, init } from 'echarts';

import type { HistogramBin } from './curves.js';
import { rate } from '../terminal/number-format.js';

export type XY = [x: number, y: number];

/** Pixels; the page scales them. Small, so that the text stays readable on a phone. */
const SIZE = { width: 480, height: 360 };
const FONT_SIZE = 13;

// The page gives these colours a value for a light and one for a dark background.
export const GENUINE = 'var(--genuine)';
export const IMPOSTOR = 'var(--impostor)';
export const RULE = 'var(--rule)';
const INK = 'var(--ink)';

/** A linear axis with its name along it. */
export function valueAxis(name: string) {
  return {
    type: 'value' as const,
    name,
    nameLocation: 'middle' as const,
    nameGap: 44,
    nameTextStyle: { color: INK, fontSize: FONT_SIZE },
    axisLabel: { color: INK, fontSize: FONT_SIZE },
    // At the edge of the plot, even when the other axis has its zero within it.
    axisLine: { show: true, onZero: false, lineStyle: { color: INK } },
    axisTick: { show: true, lineStyle: { color: INK } },
    splitLine: { show: true, lineStyle: { color: RULE } },
  };
}

/** A logarithmic axis of an error rate, from the power of ten below `lowest` (above 0) to 1. */
export function rateAxis(name: string, lowest: number) {
  return {
    ...valueAxis(name),
    type: 'log' as const,
    // The logarithm of a power of ten may come out a hair below the whole number.
    min: 10 ** Math.floor(Math.log10(Math.min(lowest, 0.1)) + 1e-9),
    max: 1,
    axisLabel: {
      color: INK,
      fontSize: FONT_SIZE,
      formatter: (value: number) => (value >= 1 ? '1' : rate(value)),
    },
  };
}

export function curveLine(name: string, data: XY[], color: string): LineSeriesOption {
  return {
    name,
    type: 'line',
    data,
    showSymbol: false,
    silent: true,
    lineStyle: { color, width: 2 },
    itemStyle: { color },
  };
}

export function guideLine(from: XY, to: XY): LineSeriesOption {
  return {
    ...curveLine('guide', [from, to], INK),
    lineStyle: { color: INK, width: 1, type: 'dashed', opacity: 0.5 },
  };
}

export function markedPoint(name: string, at: XY, position: 'top' | 'bottom'): LineSeriesOption {
  return {
    ...curveLine(name, [at], INK),
    showSymbol: true,
    symbol: 'circle',
    symbolSize: 8,
    label: { show: true, formatter: name, position, color: INK, fontSize: FONT_SIZE },
  };
}

/** A vertical line with its name at the upper end. */
export function thresholdLine(name: string, from: XY, to: XY): LineSeriesOption {
  return {
    ...curveLine(name, [from, to], INK),
    lineStyle: { color: INK, width: 1, type: 'dashed' },
    endLabel: { show: true, formatter: name, color: INK, fontSize: 11, rotate: 90, distance: 2 },
  };
}

export function histogramArea(name: string, bins: readonly HistogramBin[], color: string): LineSeriesOption {
  const steps = bins.map(({ from, share }): XY => [from, 100 * share]);
  const [first, second] = bins;
  const last = bins.at(-1);
  if (first && last) {
    // Down to the axis on both sides.
    steps.unshift([first.from, 0]);
    steps.push([last.from + (second ? second.from - first.from : 0), 0]);
  }
  return {
    ...curveLine(name, steps, color),
    step: 'end',
    lineStyle: { color, width: 1.5 },
    areaStyle: { color, opacity: 0.3 },
  };
}

export function legend(names: string[]): LegendComponentOption {
  return {
    top: 0,
    icon: 'rect',
    itemWidth: 14,
    itemHeight: 10,
    itemGap: 20,
    textStyle: { color: INK, fontSize: FONT_SIZE },
    data: names,
  };
}

/** @returns an `<svg>` element for use inside HTML */
export function renderChart(parts: EChartsOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: 'transparent',
      textStyle: { color: INK, fontFamily: 'inherit', fontSize: FONT_SIZE },
      grid: { left: 62, right: 20, top: parts.legend ? 60 : 20, bottom: 50 },
      ...parts,
    });
    return forInlineUse(chart.renderToSVGString());
  } finally {
    chart.dispose();
  }
}

/** Inside HTML the namespaces go without saying, and the rules for hovering would apply to the whole page. */
function forInlineUse(svg: string): string {
  return svg.replace(/ xmlns(:xlink)?="[^"]*"/g, '').replace(/<style[^>]*>[\s\S]*?<\/style>/g, '');
}
