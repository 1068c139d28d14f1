import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';

import { SignJWT, decodeJwt } from 'jose';
import { afterAll, beforeAll, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { SECRETS, encoded, expectRefused } from '../support/attacks/forged-tokens.js';
import { type Route, routesOf } from '../support/attacks/routes.js';
import { createVictim } from '../support/attacks/victim.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

const TEMPLATE_KEY = randomBytes(32).toString('base64');
const AUDIT_KEY = 'a'.repeat(48);
/** Kinds of token, and the secret of each. */
const KINDS = [
  ['authorization', SECRETS.JWT_SECRET],
  ['verification', SECRETS.FACE_AUTH_SECRET],
  ['ticket', SECRETS.FACE_AUTH_SECRET],
] as const;

let server: RunningServer;
let routes: Route[];
const claims: Record<string, Record<string, unknown>> = {};
beforeAll(async () => {
  server = await startServer({ ...SECRETS, TEMPLATE_KEY, AUDIT_KEY });
  const api = await ApiClient.for(server);
  routes = await routesOf(server);
  const { email, token } = await createVictim(api);
  const enrolment = await api.post('/user/live-enrolment', { token });
  claims['authorization'] = decodeJwt(token);
  claims['verification'] = decodeJwt(await api.verificationToken(email));
  claims['ticket'] = decodeJwt((enrolment.body as unknown as { ticket: string }).ticket);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

function hmac(header: object, payload: object, key: string | Uint8Array, hash = 'sha256'): string {
  const signed = `${encoded(header)}.${encoded(payload)}`;
  return `${signed}.${createHmac(hash, key).update(signed).digest('base64url')}`;
}

// The attacker wants: their own key, or one that is known, to be taken for the server's.
it.each(KINDS)(
  '%s tokens under another key, or one that they name themselves, open nothing',
  async (kind, secret) => {
    const payload = claims[kind]!;
    const other = secret === SECRETS.JWT_SECRET ? SECRETS.FACE_AUTH_SECRET : SECRETS.JWT_SECRET;
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' });
    const jwk = rsa.publicKey.export({ format: 'jwk' });
    const octets = { kty: 'oct', k: Buffer.from('mine').toString('base64url') };
    const hs256 = (header: object, key: string | Uint8Array) =>
      hmac({ alg: 'HS256', ...header }, payload, key);
    const rs256 = (header: object) =>
      new SignJWT(payload).setProtectedHeader({ alg: 'RS256', ...header }).sign(rsa.privateKey);
    await expectRefused(
      server.url,
      routes.filter(({ security }) => security === kind),
      {
        'the secret of another kind of token': hs256({}, other),
        'the key of the templates': hs256({}, Buffer.from(TEMPLATE_KEY, 'base64')),
        'the key of the audit log': hs256({}, AUDIT_KEY),
        'an empty key': hs256({}, ''),
        'a known default': hs256({}, 'secret'),
        'the beginning of the secret': hs256({}, secret.slice(0, -1)),
        'the right secret with another hash': hmac({ alg: 'HS512' }, payload, secret, 'sha512'),
        'the right secret, said to be another algorithm': hmac({ alg: 'RS256' }, payload, secret),
        'an asymmetric key': await rs256({}),
        'an asymmetric key that is brought along': await rs256({ jwk }),
        'an asymmetric key at an address': await rs256({ jku: 'http://127.0.0.1:9/keys' }),
        'an asymmetric key as a certificate': await rs256({
          x5c: [publicPem.toString()],
          x5u: 'http://127.0.0.1:9',
        }),
        'a public key as the secret': hs256({}, publicPem),
        'a secret that is brought along': hs256({ jwk: octets }, 'mine'),
        'the id of a key that is a file': hs256({ kid: '/dev/null' }, ''),
        'the id of a key that is a query': hs256({ kid: "' UNION SELECT 'mine" }, 'mine'),
        'the id of a key of the prototype': hs256({ kid: '__proto__' }, '[object Object]'),
        'an extension that has to be understood': hmac(
          { alg: 'HS256', crit: ['b64'], b64: false },
          payload,
          secret,
        ),
      },
    );
  },
);
