import {
  type PresentationLimits,
  type PresentationScores,
  judgePresentation,
} from '../../face/presentation-attack.js';
import { type ErrorRate, errorRate } from '../evaluation/error-rates.js';

/** One thing that came before the camera, as a frame or as a session of frames. */
export interface Presentation {
  /** The kind of attack; null for a bona fide presentation. */
  readonly species: string | null;
  /** Of the frames in which one face was found; none is no decision. */
  readonly scores: readonly PresentationScores[];
}

/** How often one kind of presentation is taken for the other, of those on which there is a decision. */
export interface KindRate extends ErrorRate {
  /** Presentations without a decision (ISO/IEC 30107-3: non-responses); they are in no rate. */
  readonly nonResponses: number;
}

/** APCER of one kind of attack instrument: the part of its presentations that are taken for bona fide. */
export interface SpeciesRate extends KindRate {
  readonly species: string;
}

export interface PresentationRates {
  /** The part of bona fide presentations that are taken for attacks. */
  readonly bpcer: KindRate;
  /** In the order of the names. */
  readonly apcer: readonly SpeciesRate[];
}

/** Error rates of presentation attack detection as ISO/IEC 30107-3 defines them. */
export function presentationRates(
  presentations: readonly Presentation[],
  limits: PresentationLimits,
): PresentationRates {
  const ofKind = (species: string | null, wrong: 'attack' | 'bona_fide'): KindRate => {
    const decisions = presentations
      .filter((presentation) => presentation.species === species)
      .map(({ scores }) => judgePresentation(scores, limits));
    const decided = decisions.filter((decision) => decision !== 'not_checked');
    return {
      ...errorRate(decided.filter((decision) => decision === wrong).length, decided.length),
      nonResponses: decisions.length - decided.length,
    };
  };
  const kinds = new Set(presentations.flatMap(({ species }) => species ?? []));
  return {
    bpcer: ofKind(null, 'attack'),
    apcer: [...kinds].sort().map((species) => ({ species, ...ofKind(species, 'bona_fide') })),
  };
}

/**
 * The kind of attack that is missed most often, of several the one of which least is known. The standard wants it in
 * place of a mean: an attacker chooses.
 *
 * @returns undefined when there is a decision on no attack
 */
export function worstSpecies({ apcer }: PresentationRates): SpeciesRate | undefined {
  return apcer
    .filter(({ trials }) => trials > 0)
    .toSorted((x, y) => y.rate - x.rate || y.interval[1] - x.interval[1])[0];
}
