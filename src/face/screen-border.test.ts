import { describe, expect, it } from 'vitest';

import type { LumaImage } from './luma-image.js';
import { screenBorder } from './screen-border.js';

/** Left, top, right, bottom in pixels. */
type Corners = readonly [left: number, top: number, right: number, bottom: number];

interface Scene {
  /** A picture with a face: a screen, a sheet of paper, a poster. */
  readonly panel: Corners | null;
  readonly panelLuma?: number;
  readonly aroundLuma?: number;
  /** Degrees that the panel is turned by about the face. */
  readonly turn?: number;
}

const FACE = { left: 280, top: 170, width: 80, height: 112 };

/** 640×480 with an oval face in the middle, on a panel or on nothing. */
function scene({ panel, panelLuma = 120, aroundLuma = 40, turn = 0 }: Scene): LumaImage {
  const [width, height] = [640, 480];
  const data = new Float32Array(width * height);
  const angle = (turn * Math.PI) / 180;
  const [cx, cy] = [320, 226];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = cx + (x - cx) * Math.cos(angle) + (y - cy) * Math.sin(angle);
      const v = cy - (x - cx) * Math.sin(angle) + (y - cy) * Math.cos(angle);
      const onPanel = panel && u >= panel[0] && u < panel[2] && v >= panel[1] && v < panel[3];
      const onFace = ((x - cx) / 40) ** 2 + ((y - cy) / 56) ** 2 < 1;
      const luma = onFace ? 170 : onPanel ? panelLuma : aroundLuma;
      data[y * width + x] = luma;
    }
  }
  return { width, height, data };
}

const score = (what: Scene) => screenBorder(scene(what), FACE);

describe('screenBorder', () => {
  it.each<[string, Scene]>([
    ['a telephone, upright', { panel: [230, 90, 410, 400] }],
    ['a screen, turned a little', { panel: [200, 110, 440, 340], turn: 6 }],
    ['a screen whose left edge is out of the picture', { panel: [-50, 100, 450, 340] }],
    ['a screen whose top is out of the picture', { panel: [200, -50, 450, 340] }],
    ['a dim one before a darker wall', { panel: [200, 110, 440, 340], panelLuma: 70, aroundLuma: 50 }],
  ])('sees %s', (_, what) => {
    expect(score(what)).toBeGreaterThan(0.87);
  });

  it.each<[string, Scene]>([
    ['nothing at all', { panel: null }],
    ['a board or a window behind somebody, which has no bottom edge', { panel: [200, 90, 450, 500] }],
    [
      'something darker than what is around it',
      { panel: [200, 90, 450, 340], panelLuma: 60, aroundLuma: 120 },
    ],
    ['a panel that hangs askew', { panel: [200, 110, 440, 340], turn: 25 }],
    ['a panel too far away to belong to the face', { panel: [60, 30, 600, 470] }],
    ['a step as faint as a shadow', { panel: [200, 110, 440, 340], panelLuma: 60, aroundLuma: 52 }],
  ])('is not deceived by %s', (_, what) => {
    expect(score(what)).toBeLessThan(0.87);
  });

  it('is 0…1, wherever the face is', () => {
    const image = scene({ panel: [200, 110, 440, 340] });
    for (const left of [-60, 0, 280, 600]) {
      for (const side of [20, 112, 700]) {
        const value = screenBorder(image, { left, top: left / 2, width: side, height: side });
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
      }
    }
  });
});
