import { afterAll, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { still } from '../support/faces.js';
import { removeTemporaryDirectories, startServer, temporaryDirectory } from '../support/server.js';

const DEATHS = 20;

afterAll(removeTemporaryDirectories);

/**
 * One account after another enrols, alternately two faces, and the process is killed at a moment that
 * differs each time. After the restart an acknowledged enrolment must be the one on the account, and an
 * unanswered one must be there as a whole or not at all.
 */
it(`survives ${DEATHS} kills in the middle of enrolments`, { timeout: 120_000 }, async () => {
  const dataDirectory = await temporaryDirectory();
  const pictures = [await still('franck_02159.jpg'), await still('audrey.jpg')];
  const accounts: { token: string; acknowledged: number[]; unanswered: boolean }[] = [];
  let unanswered = 0;

  for (let death = 0; death < DEATHS; death++) {
    const server = await startServer({ DATA_DIR: dataDirectory });
    const api = await ApiClient.for(server);
    for (const { token, acknowledged, unanswered: open } of accounts.splice(0)) {
      const { fv } = (await api.get('/user', { token })).body.user;
      if (!open) expect(fv).toEqual(acknowledged);
      else expect([0, 512]).toContain(fv.length);
      if (open && acknowledged.length > 0) expect(fv).toHaveLength(512);
    }

    const { token } = await api.signUp();
    const account = { token, acknowledged: [] as number[], unanswered: false };
    accounts.push(account);
    const enrolling = (async () => {
      for (let i = 0; ; i++) {
        account.unanswered = true;
        const { status, body } = await api.upload('/user/image/image-embedding', token, pictures[i % 2]!);
        expect(status).toBe(200);
        account.acknowledged = body.fv;
        account.unanswered = false;
      }
    })().catch((error: unknown) => {
      // The connection breaks with the server; anything else is a failure.
      if (!(error instanceof TypeError)) throw error;
    });
    await new Promise((resolve) => setTimeout(resolve, 120 + ((death * 37) % 200)));
    await server.stop('SIGKILL');
    await enrolling;
    if (account.unanswered) unanswered++;
  }
  expect(unanswered).toBeGreaterThan(0);
});
