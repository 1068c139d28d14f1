import { describe, expect, it } from 'vitest';

import { selectFace } from './face-selection.js';

const image = { width: 640, height: 480, data: new Uint8Array(0) };
const face = (left: number, side: number, score = 0.99) => ({
  score,
  box: { left, top: 100, width: side, height: side },
});

describe('the largest face', () => {
  it('is the subject', () => {
    const faces = [face(10, 40), face(200, 200)];
    expect(selectFace('largest', faces, image)).toEqual({ outcome: 'selected', face: faces[1] });
  });

  it('is the subject although somebody less than half as tall stands behind', () => {
    expect(selectFace('largest', [face(200, 200), face(10, 99)], image).outcome).toBe('selected');
  });

  it('is disputed by a second one of half its height or more', () => {
    const faces = [face(200, 200), face(10, 101), face(500, 120), face(560, 20)];
    expect(selectFace('largest', faces, image)).toEqual({ outcome: 'multiple_faces', count: 3 });
  });

  it('is not disputed by what only might be a face', () => {
    expect(selectFace('largest', [face(200, 200), face(10, 180, 0.8)], image).outcome).toBe('selected');
  });

  it('does not exist in an empty picture, nor as a mere guess', () => {
    expect(selectFace('largest', [], image)).toEqual({ outcome: 'no_face' });
    expect(selectFace('largest', [face(1, 100, 0.75)], image)).toEqual({ outcome: 'no_face' });
  });
});

it('the face nearest to the centre is taken from research pictures, however small', () => {
  const faces = [face(0, 200), face(300, 40)];
  expect(selectFace('nearest_to_centre', faces, image)).toEqual({ outcome: 'selected', face: faces[1] });
  expect(selectFace('nearest_to_centre', [], image)).toEqual({ outcome: 'no_face' });
});
