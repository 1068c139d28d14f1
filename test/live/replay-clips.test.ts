import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';

import type { FrameOutcome } from '../../src/face/frame-observation.js';
import { judgePresentation } from '../../src/face/presentation-attack.js';
import { MOVEMENTS, RandomChallenges } from '../../src/face/live/challenge.js';
import { liveEngine, showTo } from '../support/live-films.js';

/** Labelled clips of telephones and screens before a webcam; not on every machine. */
const FACES = process.env['TEST_FACES'];
const DRAWS = 100;
const SECONDS = 30;

if (FACES === undefined) {
  process.stderr.write(
    'SKIPPED: live sessions against real replay clips, for TEST_FACES is not set (CONTRIBUTING.md)\n',
  );
}

describe.skipIf(FACES === undefined)('a real replay before the camera', () => {
  it('passes no live session, whatever is drawn', async () => {
    const engine = await liveEngine();
    const directory = path.join(FACES!, 'pad');
    const rows = parse<Record<string, string>>(await readFile(path.join(directory, 'labels.csv'), 'utf8'), {
      columns: true,
    });
    const clips = new Map<string, FrameOutcome[]>();
    for (const { path: file, label, attack, subject } of rows) {
      if (label !== 'spoof' || attack !== 'screen-replay') continue;
      const frame = await engine.observe(await readFile(path.join(directory, file!)), 'verification');
      clips.set(subject!, [...(clips.get(subject!) ?? []), frame]);
    }
    expect(clips.size).toBeGreaterThan(2);
    const challenges = new RandomChallenges();
    for (const [clip, frames] of clips) {
      for (let draw = 0; draw < DRAWS; draw++) {
        // The clips are shorter than a session: the attacker plays them again and again.
        const looped = Array.from({ length: SECONDS * 10 }, (_, i) => frames[i % frames.length]!);
        for (const light of ['none', 'full'] as const) {
          const verdict = await showTo(challenges, (i) => looped[i] ?? null, {
            abilities: { movements: [...MOVEMENTS], light },
          });
          const passed = verdict.kind === 'answered' && verdict.evidence.presentation === 'bona_fide';
          expect(passed, `${clip}, draw ${draw}, light ${light}`).toBe(false);
        }
      }
      // Were the movements even right, the eye would still refuse the clip.
      const probes = frames.flatMap((frame) =>
        frame.outcome === 'observed' && frame.probe ? [frame.probe.presentation] : [],
      );
      expect(judgePresentation(probes), clip).toBe('attack');
    }
  });
});
