import { describe, expect, it } from 'vitest';

import { PRESENTATION_LIMITS, type PresentationScores, judgePresentation } from './presentation-attack.js';

const frame = (scores: Partial<PresentationScores> = {}): PresentationScores => ({
  network: 0.8,
  moire: 7,
  border: 0,
  ...scores,
});

describe('judgePresentation', () => {
  it('says that nothing was checked where there is nothing', () => {
    expect(judgePresentation([])).toBe('not_checked');
  });

  it('asks the network first', () => {
    expect(judgePresentation([frame()])).toBe('bona_fide');
    expect(judgePresentation([frame({ network: 0.2 })])).toBe('bona_fide');
    expect(judgePresentation([frame({ network: 0.19 })])).toBe('attack');
  });

  it('takes moiré for an attack, however sure the network is', () => {
    expect(judgePresentation([frame({ network: 1, moire: 12 })])).toBe('attack');
    expect(judgePresentation([frame({ network: 1, moire: 11.9 })])).toBe('bona_fide');
  });

  it('wants the network to be sure when there is a border', () => {
    const { border, networkInBorder } = PRESENTATION_LIMITS;
    expect(judgePresentation([frame({ border, network: networkInBorder - 0.01 })])).toBe('attack');
    expect(judgePresentation([frame({ border, network: networkInBorder })])).toBe('bona_fide');
    expect(judgePresentation([frame({ border: border - 0.01, network: 0.3 })])).toBe('bona_fide');
  });

  it('judges several frames by their medians, so that one bad one changes nothing', () => {
    const outliers = [{ network: 0 }, { moire: 40 }, { border: 1, network: 0.3 }];
    for (const outlier of outliers) {
      expect(judgePresentation([frame(), frame(), frame(outlier)])).toBe('bona_fide');
      expect(judgePresentation([frame(outlier), frame(), frame(outlier)])).toBe('attack');
    }
  });

  it('counts an opinion on moiré only where there is one', () => {
    const none = frame({ moire: null });
    expect(judgePresentation([none, none])).toBe('bona_fide');
    expect(judgePresentation([none, none, frame({ moire: 20 })])).toBe('attack');
  });
});
