import type { FramesAndSessions, PadFindings } from './pad-findings.js';
import { type KindRate, type PresentationRates, worstSpecies } from './presentation-rates.js';

/** The findings as `report.json` has them: for programs, hence unrounded and in snake_case. */
export function padDocument(findings: PadFindings): object {
  const { limits, failureToAcquire: failed, subjects } = findings;
  return {
    dataset: findings.dataset,
    date: findings.date,
    command_line: findings.commandLine,
    model: findings.model,
    limits: {
      network: limits.network,
      moire_db: limits.moire,
      border: limits.border,
      network_in_border: limits.networkInBorder,
    },
    images: findings.images.length,
    subjects: subjects ? { bona_fide: subjects.bonaFide, attack: subjects.attack } : null,
    session_frames: findings.sessionFrames,
    warnings: findings.warnings,
    ...both(findings.shipped),
    cues: findings.cues.map(({ checks, ...rates }) => ({ checks, ...both(rates) })),
    threshold_sweep: findings.sweep.map(({ network, ...rates }) => ({ network, ...both(rates) })),
    failure_to_acquire: {
      ...{ rate: failed.rate, errors: failed.errors, trials: failed.trials, interval_95: failed.interval },
      reasons: findings.failureReasons,
      images: findings.failedImages,
    },
    frames_of_poor_quality: findings.poorQuality,
    frames_in_no_session: findings.leftOut,
    scores: findings.images.map(({ image, species, subject, face }) => ({
      image,
      attack: species,
      subject: subject ?? null,
      quality_reasons: face && face.reasons,
      network: face && face.presentation.network,
      moire_db: face && face.presentation.moire,
      border: face && face.presentation.border,
    })),
  };
}

function both({ frames, sessions }: FramesAndSessions): object {
  return { frames: ratesOf(frames), sessions: sessions && ratesOf(sessions) };
}

function ratesOf(rates: PresentationRates): object {
  return {
    bpcer: proportion(rates.bpcer),
    worst_apcer: worstSpecies(rates)?.rate ?? null,
    apcer: rates.apcer.map((species) => ({ attack: species.species, ...proportion(species) })),
  };
}

function proportion({ rate, errors, trials, interval, nonResponses }: KindRate): object {
  return { rate, errors, trials, interval_95: interval, non_responses: nonResponses };
}
