import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runCommand } from '../support/command.js';
import { filmFrames } from '../support/faces.js';
import { landscape } from '../support/pictures.js';
import { rephotograph } from '../support/rephotograph.js';
import { removeTemporaryDirectories, temporaryDirectory } from '../support/server.js';

let directory: string;
let labels: string;

/** Eight frames of a man, eight photographs of them on a screen, and a landscape. */
beforeAll(async () => {
  directory = await temporaryDirectory();
  labels = path.join(directory, 'labels.csv');
  const lines = ['path,label,attack,subject', 'real/z.jpg,real,,franck'];
  await mkdir(path.join(directory, 'real'));
  await mkdir(path.join(directory, 'screen'));
  await writeFile(path.join(directory, 'real/z.jpg'), await landscape());
  const frames = (await filmFrames('franck.mp4', 12)).slice(0, 8);
  for (const [i, frame] of frames.entries()) {
    await writeFile(path.join(directory, `real/${i}.jpg`), frame);
    const photograph = await rephotograph(frame, { fill: 0.92, moire: 0.1, seed: i + 1 });
    await writeFile(path.join(directory, `screen/${i}.jpg`), photograph);
    lines.push(`real/${i}.jpg,real,,franck`, `screen/${i}.jpg,spoof,screen,franck`);
  }
  await writeFile(labels, `${lines.join('\n')}\n`);
});
afterAll(removeTemporaryDirectories);

describe('vultus evaluate-pad', () => {
  it('reports error rates by frames and by sessions, and counts what it could not decide on apart', async () => {
    const report = path.join(directory, 'report');
    const args = ['evaluate-pad', '--labels', labels, '--report', report, '--session-frames', '4'];
    const { code, stdout } = await runCommand(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^APCER, screen +0\.00 %/m);
    expect(stdout).toMatch(/no_face 1$/m);
    expect(await readFile(path.join(report, 'report.html'), 'utf8')).toContain('Presentation attack');
    const document: unknown = JSON.parse(await readFile(path.join(report, 'report.json'), 'utf8'));
    expect(document).toMatchObject({
      images: 17,
      frames: {
        bpcer: { errors: 0, trials: 8, non_responses: 1 },
        apcer: [{ attack: 'screen', errors: 0, trials: 8 }],
      },
      // Nine bona fide frames: four, and four with the one that is over.
      sessions: { bpcer: { errors: 0, trials: 2 }, apcer: [{ errors: 0, trials: 2 }] },
      failure_to_acquire: { errors: 1, trials: 17 },
    });
  });

  it('says what is wrong with the labels, before anything is measured', async () => {
    const bad = path.join(directory, 'bad.csv');
    await writeFile(bad, 'path,label,attack\nreal/0.jpg,real,\nscreen/0.jpg,spoof,\n');
    const { code, stderr } = await runCommand(['evaluate-pad', '--labels', bad]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/bad\.csv, line 3: the attack is missing\. .*\n$/);
  });

  it('refuses sessions of half a frame', async () => {
    const { code, stderr } = await runCommand([
      'evaluate-pad',
      '--labels',
      labels,
      '--session-frames',
      '0.5',
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('whole number of 1 or more');
  });
});
