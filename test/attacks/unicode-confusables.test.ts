import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient, PASSWORD } from '../support/api-client.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

const OTHER_PASSWORD = 'another horse battery';

let server: RunningServer;
let api: ApiClient;
beforeAll(async () => {
  server = await startServer();
  api = await ApiClient.for(server);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const signUp = (email: string, password = OTHER_PASSWORD) =>
  api.post('/user/auth/sign-up', { json: { email, password } });

// The attacker wants: a second account for the victim's mailbox, or an address that the server takes for the victim's.
describe('two spellings of one mailbox', () => {
  it.each([
    ['capitals', 'ada@example.org', 'ADA@Example.ORG'],
    ['spaces around', 'bea@example.org', ' \u00a0bea@example.org\t\n'],
    ['accents put together', 'caf\u00e9@example.org', 'cafe\u0301@example.org'],
    ['the sign for Kelvin', 'kim@example.org', '\u212aim@example.org'],
    ['the sign for \u00c5ngstr\u00f6m', '\u00e5sa@example.org', '\u212bsa@example.org'],
    ['a domain in its ASCII form', 'dora@b\u00fccher.example', 'dora@xn--bcher-kva.example'],
    [
      'a domain in wide letters',
      'eve@example.org',
      'eve@\uff45\uff58\uff41\uff4d\uff50\uff4c\uff45.\uff4f\uff52\uff47',
    ],
  ])('are one account: %s', async (_, first, second) => {
    expect((await signUp(first, PASSWORD)).status).toBe(201);
    expect(await signUp(second)).toMatchObject({ status: 409, body: { code: 'email_taken' } });
    // And that account is the first one's.
    expect((await api.signIn(second, OTHER_PASSWORD)).status).toBe(401);
    expect((await api.signIn(second, PASSWORD)).status).toBe(200);
  });
});

describe('two mailboxes that look alike', () => {
  beforeAll(async () => {
    expect((await signUp('paypal.support@example.org', PASSWORD)).status).toBe(201);
  });

  it.each([
    ['a Cyrillic letter', 'p\u0430yp\u0430l.support@example.org'],
    ['a long s', 'paypal.\u017fupport@example.org'],
    ['a dotless i and a 1', 'paypa1.support@example.org'],
    ['wide letters', '\uff50aypal.support@example.org'],
    ['another domain of Cyrillic letters', 'paypal.support@ex\u0430mple.org'],
  ])('are two accounts, and neither opens the other: %s', async (_, email) => {
    expect((await api.signIn(email, PASSWORD)).status).toBe(401);
    const created = await signUp(email);
    expect(created.status).toBe(201);
    const owner = await api.signIn('paypal.support@example.org', PASSWORD);
    expect(owner.body.user.id).not.toBe(created.body.user.id);
    expect((await api.signIn('paypal.support@example.org', OTHER_PASSWORD)).status).toBe(401);
  });
});

describe('an address with what nobody can see', () => {
  it.each([
    ['a space without width', 'paypal\u200b.support@example.org'],
    ['a soft hyphen', 'paypal\u00ad.support@example.org'],
    ['a turn of the direction of writing', 'paypal\u202e.support@example.org'],
    ['a mark of the order of bytes', '\ufeffpaypal.support@ex\ufeffample.org'],
    ['a NUL', 'paypal.support@example.org\u0000.evil.example'],
    ['a new line', 'paypal.support@example.org\nbcc:thief@evil.example'],
    ['a wide @', 'paypal.support\uff20example.org'],
    ['two @', 'paypal.support@example.org@evil.example'],
    ['a comment', 'paypal.support(x)@example.org'],
    ['a slash in the domain', 'paypal.support@example.org/evil.example'],
    ['a character in the domain that the conversion drops', 'paypal.support@exam\u00adple.org'],
    ['another full stop in the domain', 'paypal.support@example\u3002org'],
    ['half a character', 'paypal.support\ud800@example.org'],
  ])('is refused: %s', async (_, email) => {
    expect(await signUp(email)).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  });
});
