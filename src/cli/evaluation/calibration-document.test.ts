import { describe, expect, it } from 'vitest';

import { calibrationSchema } from '../../face/calibration.js';
import { calibrate } from './calibration-document.js';
import { calibrationSummary } from './calibration-summary.js';
import { countFalseMatches } from './error-rates.js';
import type { Scores } from './scores.js';

const context = {
  model: { id: 'fr_feature', pipeline: 'p' },
  dataset: 'example',
  date: '2025-01-31',
};

/** Impostor scores evenly over 0…0.5, genuine ones over 0.3…0.9 and one pair without a score. */
function scoresWith(impostors: number, known = true): Scores {
  return {
    images: 100,
    failures: [{ image: 'ann/3.jpg', outcome: 'poor_quality', reasons: ['blurred'] }],
    identities: known
      ? { known, count: 40, of: (x) => x }
      : { known, count: 30, reason: 'all images lie in one folder' },
    foldsOfFile: false,
    listed: [],
    genuine: { sorted: Float32Array.from({ length: 99 }, (_, i) => 0.3 + (0.6 * i) / 98), failures: 1 },
    allGenuine: undefined,
    impostor: Float32Array.from({ length: impostors }, (_, i) => (0.5 * i) / impostors),
  };
}

describe('calibrate', () => {
  const scores = scoresWith(123_457);
  const { calibration, unsupported } = calibrate(scores, context);

  it('has the shape that the server reads', () => {
    expect(calibrationSchema.parse(calibration)).toEqual(calibration);
    expect(calibration.measured_on).toEqual({
      dataset: 'example',
      images: 100,
      identities: 40,
      impostor_comparisons: 123_457,
      genuine_comparisons: 100,
      failures_to_acquire: 1,
      date: '2025-01-31',
    });
  });

  it('keeps the rates that the scores support, and says which they do not', () => {
    expect(calibration.thresholds.map((point) => point.false_match_rate)).toEqual([
      1e-2, 5e-3, 2e-3, 1e-3, 5e-4, 2e-4, 1e-4,
    ]);
    expect(unsupported).toEqual([5e-5, 2e-5, 1e-5]);
    expect(calibrationSummary({ calibration, unsupported }, scores)).toMatch(
      /Left out.*1e-5 \(takes 1,000,000\)/,
    );
  });

  it('writes cosines of four decimals that keep the rate', () => {
    for (const { cosine, false_match_rate } of calibration.thresholds) {
      expect(cosine).toBe(Number(cosine.toFixed(4)));
      expect(countFalseMatches(scores.impostor, cosine) / 123_457).toBeLessThanOrEqual(false_match_rate);
    }
  });

  it('counts a pair without a score as a false non-match', () => {
    const lax = calibration.thresholds[0]!;
    const below = scores.genuine.sorted.filter((score) => score < lax.cosine).length;
    expect(lax.false_non_match_rate).toBe((below + 1) / 100);
    expect(lax.false_non_match_rate_95[0]).toBeLessThan(lax.false_non_match_rate);
    expect(lax.false_non_match_rate_95[1]).toBeGreaterThan(lax.false_non_match_rate);
  });

  it('refuses too few impostor comparisons and says how many it takes', () => {
    expect(() => calibrate(scoresWith(1_999), context)).toThrow(/at least 2,000 .* these images give 1,999/);
  });

  it('writes into the file itself that identities were unknown', () => {
    const unknown = scoresWith(2_000, false);
    const result = calibrate(unknown, context);
    expect(result.calibration.measured_on.dataset).toBe(
      'example (identities unknown, listed impostor pairs only)',
    );
    expect(calibrationSummary(result, unknown)).toContain('IDENTITIES ARE UNKNOWN');
  });
});
