import type { ErrorRate } from './error-rates.js';
import type { Findings } from './findings.js';

/** The findings as `report.json` has them: for programs, hence unrounded and in snake_case. */
export function reportDocument(findings: Findings): object {
  const { accuracy, accuracyOfCompared, comparisons, shipped } = findings;
  return {
    dataset: findings.dataset,
    date: findings.date,
    command_line: findings.commandLine,
    model: findings.model,
    images: findings.images,
    identities: findings.identities ?? null,
    impostor_scores: findings.allAgainstAll ? 'all_against_all' : 'listed_pairs',
    comparisons: {
      listed_genuine: comparisons.listedGenuine,
      listed_impostor: comparisons.listedImpostor,
      listed_without_score: comparisons.withoutScore,
      all_genuine: comparisons.allGenuine ?? null,
      impostor: comparisons.impostor,
    },
    warnings: findings.warnings,
    accuracy: {
      mean: accuracy.mean,
      standard_deviation: accuracy.standardDeviation,
      folds_of_file: findings.foldsOfFile,
      folds: accuracy.folds,
    },
    accuracy_without_failures_to_acquire: {
      mean: accuracyOfCompared.mean,
      standard_deviation: accuracyOfCompared.standardDeviation,
    },
    equal_error_rate: findings.equalErrorRate,
    operating_points: findings.operatingPoints.map((point) => ({
      false_match_rate: point.falseMatchRate,
      cosine: point.cosine,
      false_non_match_rate: proportion(point.fnmrListed),
      false_non_match_rate_all_genuine: point.fnmrAll ? proportion(point.fnmrAll) : null,
    })),
    shipped_calibration:
      typeof shipped === 'string'
        ? { checked: false, reason: shipped }
        : {
            checked: true,
            measured_on: shipped.measuredOn,
            thresholds: shipped.points.map((point) => ({
              false_match_rate: point.falseMatchRate,
              cosine: point.cosine,
              false_match_rate_here: {
                rate: point.fmrHere.rate,
                false_matches: point.fmrHere.errors,
                comparisons: point.fmrHere.trials,
              },
              false_non_match_rate_here: proportion(point.fnmrListed),
              false_non_match_rate_all_genuine_here: point.fnmrAll ? proportion(point.fnmrAll) : null,
            })),
          },
    failure_to_acquire: {
      ...proportion(findings.failureToAcquire),
      reasons: findings.failureReasons,
      images: findings.failedImages,
    },
    error_curve: findings.curve.map(({ cosine, fmr, fnmr }) => ({
      cosine,
      false_match_rate: fmr,
      false_non_match_rate: fnmr,
    })),
    score_histograms: findings.histograms,
  };
}

function proportion({ rate, errors, trials, interval }: ErrorRate): object {
  return { rate, errors, trials, interval_95: interval };
}
