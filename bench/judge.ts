import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Command, Option } from 'commander';

import { prepareDirectory, writeFileAtomically } from '../src/cli/evaluation/output-files.js';
import { ANSWERS, type Answer, clipOf } from '../test/support/live-films.js';
import { removeTemporaryDirectories } from '../test/support/server.js';
import { FILMS, FRAMES_PER_SECOND, FilmObserver, type ObservedFilm } from './judge-films.js';
import { type AlteredClip, alterClip, guessAtRandom, guessSingle } from './judge-guessing.js';
import { followPerson, meetStrangers } from './judge-identity.js';
import { confuseCodes } from './judge-light-codes.js';
import { simulateLight } from './judge-light.js';
import { type AnsweredClip, peakAmounts, restingFaces, yawAgainstTurn } from './judge-movements.js';
import { simulateApproach } from './judge-perspective.js';
import { findRecordings, otherDay, replay } from './judge-recordings.js';
import { type JudgeReport, judgeReportJson, judgeTables } from './judge-report.js';
import { describeMachine } from './machine.js';
import { positiveInteger } from './number-options.js';

interface JudgeOptions {
  readonly workers: number;
  readonly output: string;
}

/** The compiled file lies in bench/dist/bench. */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export function registerJudge(program: Command, signal: AbortSignal): void {
  program
    .command('judge')
    .description('What do the limits of the judge of live sessions let through, and what do they refuse?')
    .addOption(
      new Option('--workers <n>', 'engines that look at the films')
        .argParser(positiveInteger)
        .default(os.availableParallelism(), 'as many as there are cores'),
    )
    .addOption(
      new Option('--output <file>', 'the measurements as JSON').default(
        path.join(ROOT, 'bench', 'results', 'judge.json'),
        'bench/results/judge.json',
      ),
    )
    .action(async (options: JudgeOptions) => {
      await benchJudge(options, signal);
    });
}

async function benchJudge({ workers, output }: JudgeOptions, signal: AbortSignal): Promise<void> {
  await prepareDirectory('--output', path.dirname(path.resolve(output)));
  const startedAt = performance.now();
  const observer = await FilmObserver.start(path.join(ROOT, 'models'), workers, signal);
  try {
    const report: JudgeReport = {
      measuredAt: new Date().toISOString(),
      machine: describeMachine(),
      ...(await measure(observer, signal)),
      seconds: (performance.now() - startedAt) / 1000,
    };
    await writeFileAtomically(output, judgeReportJson(report));
    process.stdout.write(`${judgeTables(report)}\nWritten: ${output}\n`);
  } finally {
    await observer.close();
    await removeTemporaryDirectories();
  }
}

async function measure(
  observer: FilmObserver,
  signal: AbortSignal,
): Promise<Omit<JudgeReport, 'measuredAt' | 'machine' | 'seconds'>> {
  const films: ObservedFilm[] = [];
  for (const name of FILMS) films.push(await observer.film(name));
  const replays = [];
  for (const film of films) replays.push(await replay(film, observer));
  const light = await simulateLight(films, observer);
  const approach = await simulateApproach(films, observer);
  const { answered, altered } = await measureClips(observer);

  const say = (part: string) => {
    signal.throwIfAborted();
    process.stderr.write(`${part} …\n`);
  };
  say('Following');
  const followed = films.map(followPerson);
  const strangers = meetStrangers(films);
  const turns = films.map(yawAgainstTurn);
  const resting = restingFaces(films);
  say('Guessing');
  const random = await guessAtRandom(films);
  const single = await guessSingle(films);
  say('Codes');
  const codes = confuseCodes();
  say('Recordings');
  const recordings = [];
  for (const [i, film] of films.entries()) recordings.push(await findRecordings(film, replays[i]!));
  const [, one, another] = films as [ObservedFilm, ObservedFilm, ObservedFilm];
  return {
    identity: { followed, strangers },
    movements: { turns, answered, ...resting },
    guessing: { random, single, altered },
    light: { simulated: light, codes },
    recordings: { films: recordings, otherDay: otherDay(one, another) },
    approach,
  };
}

async function measureClips(
  observer: FilmObserver,
): Promise<{ answered: AnsweredClip[]; altered: AlteredClip[] }> {
  const answered: AnsweredClip[] = [];
  const altered: AlteredClip[] = [];
  for (const clip of Object.keys(ANSWERS) as Answer[]) {
    const look = async (framesPerSecond: number) =>
      observer.observe(
        `Looking at the clip ${clip}, frame`,
        (await clipOf(clip, framesPerSecond)).map((frame) => () => frame),
      );
    const outcomes = await look(FRAMES_PER_SECOND);
    answered.push(await peakAmounts(clip, outcomes));
    altered.push(await alterClip(clip, outcomes, await look(2 * FRAMES_PER_SECOND)));
  }
  return { answered, altered };
}
