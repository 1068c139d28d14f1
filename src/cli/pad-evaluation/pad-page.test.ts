import { describe, expect, it } from 'vitest';

import { expectCharts, expectSelfContained, expectWellFormed } from '../../../test/support/html-page.js';
import type { Examination, ExaminedImage } from './examination.js';
import { padDocument } from './pad-document.js';
import { padFindingsOf } from './pad-findings.js';
import { padPage } from './pad-page.js';
import { padSummary } from './pad-summary.js';

const context = {
  model: { id: 'fr_liveness', sha256: 'a'.repeat(64) },
  dataset: `<b>x & "y" 'z'`,
  date: '2025-01-31',
  commandLine: "vultus evaluate-pad --dataset '<script>alert(1)</script>'",
  sessionFrames: 5,
};

/**
 * Ten people with ten bona fide frames each and ten of a print; two with ten of a replay that only moiré or only
 * the border gives away; one frame shows nobody.
 */
function example({ subjects = true } = {}): Examination {
  const image = (
    person: number,
    species: string | null,
    i: number,
    scores: { network: number; moire: number | null; border: number },
  ): ExaminedImage => ({
    image: `p${person}/${species ?? 'real'}${i}.jpg`,
    species,
    ...(subjects ? { subject: `p${person}` } : {}),
    line: 2,
    face: { outcome: 'examined', reasons: i === 9 ? ['blurred'] : [], presentation: scores },
  });
  const ten = Array.from({ length: 10 }, (_, i) => i);
  const images = ten.flatMap((person) =>
    ten.flatMap((i) => [
      image(person, null, i, { network: person === 0 ? 0.1 : 0.8, moire: i > 7 ? null : 7, border: 0.3 }),
      image(person, 'print', i, { network: 0.05, moire: 7, border: 0.2 }),
      ...(person === 1 ? [image(1, '<replay>', i, { network: 0.99, moire: 20, border: 0 })] : []),
      ...(person === 2 ? [image(2, '<replay>', i, { network: 0.5, moire: null, border: 1 })] : []),
    ]),
  );
  const last = images.at(-1)!;
  return {
    images: [...images.slice(0, -1), { ...last, face: null }],
    failures: [{ image: last.image, outcome: 'no_face', reasons: [] }],
  };
}

const findings = padFindingsOf(example(), context);

describe('padFindingsOf', () => {
  it('counts frames and sessions', () => {
    const { frames, sessions } = findings.shipped;
    expect(frames.bpcer).toMatchObject({ errors: 10, trials: 100 });
    expect(sessions?.bpcer).toMatchObject({ errors: 2, trials: 20 });
    expect(frames.apcer).toMatchObject([
      { species: '<replay>', errors: 0, trials: 20 },
      { species: 'print', errors: 0, trials: 99, nonResponses: 1 },
    ]);
    // Ten frames of each of 22 recordings, of which one person has each.
    expect(sessions?.apcer.map(({ trials }) => trials)).toEqual([4, 20]);
    expect(findings).toMatchObject({ subjects: { bonaFide: 10, attack: 10 }, poorQuality: 21, leftOut: 0 });
  });

  it('tells what each cue adds', () => {
    expect(findings.cues.map(({ frames }) => frames.apcer[0]!.errors)).toEqual([20, 10, 0]);
    expect(findings.cues.at(-1)).toMatchObject(findings.shipped);
  });

  it('tries other thresholds of the network, with the shipped one among them', () => {
    const at = (threshold: number) => findings.sweep.find(({ network }) => network === threshold);
    expect(at(0.2)).toMatchObject(findings.shipped);
    expect(at(0.05)?.frames.apcer[1]).toMatchObject({ errors: 99 });
    expect(at(0.9)?.frames.bpcer).toMatchObject({ errors: 100 });
  });

  it('has no sessions without subjects, and says so', () => {
    const unknown = padFindingsOf(example({ subjects: false }), context);
    expect(unknown.shipped.sessions).toBeNull();
    expect(unknown.warnings.join()).toContain('SUBJECTS ARE UNKNOWN');
  });

  it('warns of a kind with few frames', () => {
    expect(findings.warnings.join()).toMatch(/Fewer than 75 decided frames: <replay>\./);
  });
});

describe('padPage', () => {
  const page = padPage(findings);

  it('is well-formed, small, needs nothing but itself and has three charts', () => {
    expectWellFormed(page);
    expectSelfContained(page);
    expectCharts(page, 3);
    expect(page.length).toBeLessThan(200_000);
  });

  it('escapes names', () => {
    expect(page).toContain('&lt;b&gt;x &amp; &quot;y&quot; &#39;z&#39;');
    expect(page).toContain('APCER, &lt;replay&gt;');
    expect(page).not.toMatch(/<b>x|<replay>|<script>/);
  });

  it('says what was not decided, and on what it was decided although a sign-in would not have', () => {
    expect(page).toContain('1 of 220 frames without one face');
    expect(page).toContain('21 frames with a face are of a quality');
    expect(page).toContain('99, 1 undecided');
  });

  it('draws also without subjects, and when nothing bona fide has a face', () => {
    const nobody = example({ subjects: false }).images.map((image) =>
      image.species === null ? { ...image, face: null } : image,
    );
    const bare = padPage(padFindingsOf({ images: nobody, failures: [] }, context));
    expectWellFormed(bare);
    expectCharts(bare, 2);
    expect(bare).toContain('nothing bona fide was decided on');
    for (const text of [page, bare]) expect(text).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('padDocument', () => {
  it('has names in snake_case only and survives JSON', () => {
    const document = padDocument(findings);
    const names = [...JSON.stringify(document).matchAll(/"(\w+)":/g)].map(([, name]) => name);
    expect(names.filter((name) => !/^[a-z0-9_]+$/.test(name!))).toEqual([]);
    expect(JSON.parse(JSON.stringify(document))).toMatchObject({
      limits: { network: 0.2, moire_db: 12, border: 0.87, network_in_border: 0.9 },
      images: 220,
      sessions: { bpcer: { errors: 2, trials: 20 }, worst_apcer: 0 },
      failure_to_acquire: { errors: 1, reasons: [{ reason: 'no_face', count: 1 }] },
      frames_of_poor_quality: 21,
    });
  });
});

describe('padSummary', () => {
  it('fits on a screen, with the worst kind of attack first', () => {
    const text = padSummary(findings);
    expect(text).toMatch(/^Worst APCER, sessions {2}0\.00 % \(0\.00–48\.99 %\), <replay>$/m);
    expect(text).toMatch(/^BPCER, bona fide +10\.00 % \(5\.52–17\.44 %\) +10 of 100 /m);
    expect(text).toMatch(/^0\.20 \(shipped\) /m);
    expect(text.split('\n').length).toBeLessThan(40);
  });
});
