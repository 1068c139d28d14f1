import { beforeAll, describe, expect, it } from 'vitest';

import type { FaceEngine } from '../../src/face/engine.js';
import type { FrameOutcome } from '../../src/face/frame-observation.js';
import type { Abilities, Challenge, LightColour } from '../../src/face/live/challenge.js';
import { PHONE_IN_A_ROOM, type Reflection, inColouredLight } from '../support/coloured-light.js';
import { filmClip } from '../support/faces.js';
import { liveEngine, showTo } from '../support/live-films.js';

const CODE: readonly LightColour[] = ['red', 'cyan', 'magenta', 'green', 'blue'];
const CHALLENGE: Challenge = [{ kind: 'light', mode: 'full', colours: CODE }];
const BEARS_LIGHT: Abilities = { movements: ['nod'], light: 'full' };
const REFLECTED = { kind: 'answered' };
const NOT_REFLECTED = { kind: 'failed', failure: 'light_not_reflected' };

let engine: FaceEngine;
/** Two men who sit and talk. */
const clips = {} as Record<'cap13' | 'franck', Buffer[]>;
beforeAll(async () => {
  engine = await liveEngine();
  clips.cap13 = await filmClip('cap13_edit2.mp4', 9, 8);
  clips.franck = await filmClip('franck.mp4', 80, 8);
});

/** Shows a real film of which only the light is made up. @param shown the colour that lies on it for one asked */
async function illuminate(
  man: keyof typeof clips,
  reflection: Reflection,
  shown: (asked: LightColour, position: number) => LightColour | null = (asked) => asked,
) {
  let previous: FrameOutcome | null = null;
  return showTo(
    CHALLENGE,
    async (i, stage) => {
      const frame = clips[man][i];
      if (!frame) return null;
      const colour = stage.kind === 'light' ? shown(stage.colour, stage.position) : null;
      const lit =
        colour !== null && previous?.outcome === 'observed'
          ? await inColouredLight(frame, previous.place, colour, reflection)
          : frame;
      return (previous = await engine.observe(lit, 'verification'));
    },
    { abilities: BEARS_LIGHT },
  );
}

describe('the light of the screen', () => {
  it.each(['cap13', 'franck'] as const)('comes back from a face that is there (%s)', async (man) => {
    expect(await illuminate(man, PHONE_IN_A_ROOM)).toMatchObject(REFLECTED);
  });

  it('comes back also where the room is bright', async () => {
    expect(await illuminate('cap13', { near: 0.08, far: 0.015 })).toMatchObject(REFLECTED);
  });

  describe('does not come back from', () => {
    it('a recording, which knows nothing of it', async () => {
      expect(await illuminate('cap13', PHONE_IN_A_ROOM, () => null)).toMatchObject(NOT_REFLECTED);
      expect(await illuminate('franck', PHONE_IN_A_ROOM, () => null)).toMatchObject(NOT_REFLECTED);
    });

    it('a recording of another code', async () => {
      const other: LightColour[] = ['green', 'magenta', 'blue', 'yellow', 'red'];
      expect(await illuminate('cap13', PHONE_IN_A_ROOM, (_, i) => other[i]!)).toMatchObject(NOT_REFLECTED);
    });

    it('the same colours in another order', async () => {
      const turned = [...CODE.slice(1), CODE[0]!];
      expect(await illuminate('cap13', PHONE_IN_A_ROOM, (_, i) => turned[i]!)).toMatchObject(NOT_REFLECTED);
    });

    it('a screen that is tinted as a whole', async () => {
      expect(await illuminate('cap13', { near: 0.25, far: 0.25 })).toMatchObject(NOT_REFLECTED);
    });

    it('a veil of light on the whole picture, as glare on a screen gives', async () => {
      for (const veil of [0.01, 0.03, 0.06]) {
        expect(await illuminate('cap13', { near: 0, far: 0, veil })).toMatchObject(NOT_REFLECTED);
      }
    });

    it('a wall behind the face that is lit instead of it', async () => {
      expect(await illuminate('cap13', { near: 0.03, far: 0.25 })).toMatchObject(NOT_REFLECTED);
    });
  });
});
