import { pino } from 'pino';

import { readConfig } from '../../src/config/config.js';
import type { Challenge, ChallengeSource } from '../../src/face/live/challenge.js';
import { loadParts } from '../../src/parts.js';
import { createServer } from '../../src/server.js';
import { TEST_SETTINGS, temporaryDirectory } from './server.js';

/** A server in this process whose challenges the test writes; everything else, the judge above all, is real. */
export interface LiveServer {
  readonly url: string;
  /** What the next sessions are asked for. */
  script: Challenge;
  readonly log: string[];
  stop(): Promise<void>;
}

export async function startLiveServer(environment: Record<string, string> = {}): Promise<LiveServer> {
  const config = readConfig({
    DATA_DIR: await temporaryDirectory(),
    PORT: '0',
    LIVENESS: 'active',
    ...TEST_SETTINGS,
    ...environment,
  });
  const log: string[] = [];
  const logger = pino({ base: null }, { write: (line: string) => void log.push(line) });
  const challenges: ChallengeSource = { draw: () => server.script };
  const parts = await loadParts(config);
  const app = await createServer({ ...parts, challenges }, logger, '0.0.0-test');
  await app.listen(0, '127.0.0.1');
  const server: LiveServer = {
    url: await app.getUrl(),
    script: [],
    log,
    stop: () => app.close(),
  };
  return server;
}
