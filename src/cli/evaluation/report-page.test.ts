import { describe, expect, it } from 'vitest';

import { expectCharts, expectSelfContained, expectWellFormed } from '../../../test/support/html-page.js';
import { CalibrationError } from '../../face/calibration.js';
import { calibrate } from './calibration-document.js';
import { evaluationSummary } from './evaluation-summary.js';
import { findingsOf } from './findings.js';
import { reportDocument } from './report-document.js';
import { reportPage } from './report-page.js';
import { compareAcquired } from './scores.js';

const context = {
  model: { id: 'fr_feature', sha256: 'a'.repeat(64) },
  dataset: `<b>x & "y" 'z'`,
  date: '2025-01-31',
  commandLine: "vultus evaluate --dataset '<script>alert(1)</script>'",
};
const none = new CalibrationError('There is no calibration.');

/** Eighty people with two pictures each, drawn from a fixed sequence; the third picture of each gives no template. */
function exampleScores(folder: (person: number) => string) {
  let seed = 1;
  const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647 - 0.5;
  const unit = (values: number[]) => Float32Array.from(values, (value) => value / Math.hypot(...values));
  const people = Array.from({ length: 80 }, () => Array.from({ length: 24 }, random));
  const templates = new Map(
    people.flatMap((person, i) =>
      [1, 2].map(
        (n) => [`${folder(i)}${n}.jpg`, unit(person.map((value) => value + 0.6 * random()))] as const,
      ),
    ),
  );
  const pairs = people.flatMap((_, i) => [
    { a: `${folder(i)}1.jpg`, b: `${folder(i)}2.jpg`, same: true, line: 2 },
    { a: `${folder(i)}1.jpg`, b: `${folder((i + 1) % 80)}2.jpg`, same: false, line: 3 },
  ]);
  pairs.push({ a: `${folder(0)}1.jpg`, b: `${folder(0)}3.jpg`, same: true, line: 4 });
  const failed = { image: `${folder(0)}3.jpg`, outcome: 'poor_quality', reasons: ['turned_away'] } as const;
  return compareAcquired(pairs, { templates, failures: [failed] });
}

const scores = exampleScores((person) => `p${person}/`);
const { calibration } = calibrate(scores, {
  dataset: 'other',
  date: context.date,
  model: { id: 'fr_feature', pipeline: 'p' },
});

describe('reportPage', () => {
  const page = reportPage(findingsOf(scores, calibration, context));

  it('is well-formed and small', () => {
    expectWellFormed(page);
    expect(page.length).toBeLessThan(200_000);
  });

  it('needs nothing but itself: no script, no address, no import', () => {
    expectSelfContained(page);
  });

  it('escapes names', () => {
    expect(page).toContain('&lt;b&gt;x &amp; &quot;y&quot; &#39;z&#39;');
    expect(page).not.toContain('<b>x');
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });

  it('has four charts whose parts do not share names', () => {
    expectCharts(page, 4);
  });

  it('names axes with their units and says what failed', () => {
    expect(page).toContain('True match rate (% of genuine pairs)');
    expect(page).toContain('False match rate (fraction of impostor pairs)');
    expect(page).toContain('poor_quality: turned_away');
    expect(page).toContain('not independent');
  });

  it('draws also when nothing ever fails, nothing is calibrated and identities are unknown', () => {
    const unknown = reportPage(
      findingsOf(
        exampleScores((person) => `p${person}_`),
        none,
        context,
      ),
    );
    expectWellFormed(unknown);
    expect(unknown).toContain('IDENTITIES ARE UNKNOWN');
    expect(unknown).toContain('There is no calibration.');
    expect(unknown).not.toMatch(/NaN|Infinity|undefined/);
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('findingsOf', () => {
  it('leaves out rates that too few impostor scores cannot tell, with a line that says so', () => {
    const findings = findingsOf(scores, none, context);
    // 160 images of 80 people make 12,720 − 80 impostor comparisons.
    expect(findings.comparisons.impostor).toBe(12_640);
    expect(findings.operatingPoints.map((point) => point.falseMatchRate)).toEqual([1e-2, 1e-3]);
    expect(findings.warnings.join()).toMatch(/12,640 .*1e-4 \(takes 100,000\), 1e-5 \(takes 1,000,000\)/);
  });

  it('finds the shipped thresholds to keep their rates on the images that they come from', () => {
    const { shipped } = findingsOf(scores, calibration, context);
    expect(typeof shipped).toBe('object');
    for (const { fmrHere, falseMatchRate } of typeof shipped === 'string' ? [] : shipped.points) {
      expect(fmrHere.rate).toBeLessThanOrEqual(falseMatchRate);
    }
  });

  it('warns when a calibration is checked on its own images, under whatever name', () => {
    expect(findingsOf(scores, calibration, context).warnings.join()).toContain('own images');
    const foreign = { ...calibration, measured_on: { ...calibration.measured_on, images: 12 } };
    expect(findingsOf(scores, foreign, context).warnings.join()).not.toContain('own images');
  });
});

describe('reportDocument', () => {
  it('has names in snake_case only and survives JSON', () => {
    const document = reportDocument(findingsOf(scores, calibration, context));
    const names = [...JSON.stringify(document).matchAll(/"(\w+)":/g)].map(([, name]) => name);
    expect(names.filter((name) => !/^[a-z0-9_]+$/.test(name!))).toEqual([]);
    expect(JSON.parse(JSON.stringify(document))).toMatchObject({
      images: 161,
      identities: 80,
      comparisons: {
        listed_genuine: 81,
        listed_impostor: 80,
        listed_without_score: { genuine: 1, impostor: 0 },
      },
      failure_to_acquire: {
        errors: 1,
        trials: 161,
        reasons: [{ reason: 'poor_quality: turned_away', count: 1 }],
      },
    });
  });
});

describe('evaluationSummary', () => {
  it('fits on a screen', () => {
    const text = evaluationSummary(findingsOf(scores, calibration, context));
    expect(text).toMatch(/^Accuracy +\d/m);
    expect(text).toMatch(/^EER +\d/m);
    expect(text).toMatch(/^1e-3 +0\.\d{4} /m);
    expect(text.split('\n').length).toBeLessThan(40);
  });
});
