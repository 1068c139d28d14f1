import { describe, expect, it } from 'vitest';

import { PRESENTATION_LIMITS } from '../../face/presentation-attack.js';
import { type Presentation, presentationRates, worstSpecies } from './presentation-rates.js';

const shown = (species: string | null, ...networks: number[]): Presentation => ({
  species,
  scores: networks.map((network) => ({ network, moire: null, border: 0 })),
});
const rates = (...presentations: Presentation[]) => presentationRates(presentations, PRESENTATION_LIMITS);

describe('presentationRates', () => {
  it('counts bona fide presentations that are refused, and attacks of each kind that are not', () => {
    const { bpcer, apcer } = rates(
      ...[0.9, 0.9, 0.9, 0.1].map((network) => shown(null, network)),
      ...[0.1, 0.9].map((network) => shown('replay', network)),
      ...[0.1, 0.1, 0.1].map((network) => shown('print', network)),
    );
    expect(bpcer).toMatchObject({ errors: 1, trials: 4, rate: 0.25 });
    expect(apcer).toMatchObject([
      { species: 'print', errors: 0, trials: 3, rate: 0 },
      { species: 'replay', errors: 1, trials: 2, rate: 0.5 },
    ]);
  });

  it('judges a session by the medians of its frames', () => {
    expect(rates(shown(null, 0.9, 0.01, 0.8), shown('print', 0.9, 0.1, 0.1))).toMatchObject({
      bpcer: { errors: 0 },
      apcer: [{ errors: 0 }],
    });
  });

  it('counts what could not be decided apart, in no rate', () => {
    const { bpcer, apcer } = rates(shown(null), shown(null, 0.1), shown('print'), shown('print'));
    expect(bpcer).toMatchObject({ errors: 1, trials: 1, nonResponses: 1 });
    expect(apcer).toMatchObject([{ errors: 0, trials: 0, nonResponses: 2 }]);
  });

  it('gives intervals that hold the rates', () => {
    const { bpcer } = rates(shown(null, 0.9), shown(null, 0.9), shown('print', 0.1));
    expect(bpcer.interval[0]).toBe(0);
    expect(bpcer.interval[1]).toBeCloseTo(0.6576, 3);
  });
});

describe('worstSpecies', () => {
  it('is the one that is missed most often, of however few presentations', () => {
    const many = Array.from({ length: 20 }, () => shown('print', 0.1));
    expect(worstSpecies(rates(...many, shown('mask', 0.9), shown(null, 1)))).toMatchObject({
      species: 'mask',
      rate: 1,
    });
  });

  it('is none when no attack was decided on', () => {
    expect(worstSpecies(rates(shown(null, 0.9), shown('print')))).toBeUndefined();
  });
});
