import { describe, expect, it } from 'vitest';

import { compareAcquired } from './scores.js';

const at = (degrees: number): Float32Array =>
  Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180));

const pairs = [
  { a: 'ann/1', b: 'ann/2', same: true, line: 2 },
  { a: 'ann/1', b: 'ann/3', same: true, line: 3 },
  { a: 'ann/2', b: 'bob/1', same: false, line: 4 },
  { a: 'ann/3', b: 'bob/1', same: false, line: 5 },
];
const templates = new Map([
  ['ann/1', at(0)],
  ['ann/2', at(60)],
  ['bob/1', at(90)],
]);
const failures = [{ image: 'ann/3', outcome: 'no_face', reasons: [] } as const];

describe('compareAcquired', () => {
  it('compares all images with all when the folders are persons', () => {
    const scores = compareAcquired(pairs, { templates, failures });
    expect(scores).toMatchObject({ images: 4, foldsOfFile: false, identities: { known: true, count: 2 } });
    expect([...scores.impostor]).toEqual([expect.closeTo(0), expect.closeTo(Math.cos(Math.PI / 6))]);
    expect([...scores.allGenuine!.sorted]).toEqual([expect.closeTo(0.5)]);
  });

  it('gives pairs with a failed image no score and counts the genuine ones among them', () => {
    const scores = compareAcquired(pairs, { templates, failures });
    expect(scores.listed.map(({ score }) => score !== undefined)).toEqual([true, false, true, false]);
    expect(scores.genuine).toMatchObject({ failures: 1 });
    expect([...scores.genuine.sorted]).toEqual([expect.closeTo(0.5)]);
    // ann/3 with ann/1 and with ann/2.
    expect(scores.allGenuine).toMatchObject({ failures: 2 });
  });

  it('uses the listed impostor pairs only when identities are unknown', () => {
    const flat = (name: string) => name.replace('/', '_');
    const scores = compareAcquired(
      pairs.map((pair) => ({ ...pair, a: flat(pair.a), b: flat(pair.b) })),
      { templates: new Map([...templates].map(([name, vector]) => [flat(name), vector])), failures: [] },
    );
    expect(scores.identities.known).toBe(false);
    expect(scores.allGenuine).toBeUndefined();
    expect([...scores.impostor]).toEqual([expect.closeTo(Math.cos(Math.PI / 6))]);
  });

  it('says why when nothing could be compared', () => {
    expect(() => compareAcquired(pairs, { templates: new Map(), failures })).toThrow(
      /no impostor pair has two usable images.*no_face 1/,
    );
  });
});
