import { describe, expect, it } from 'vitest';

import { type AttestedParts, Authenticator, type Ceremony } from '../../test/support/authenticator.js';
import { securityKeyAttestation } from '../../test/support/security-key-attestation.js';
import type { Passkey } from '../storage/port.js';
import { RelyingParty } from './webauthn.js';

const ORIGIN = 'https://example.org';
const RP_ID = 'example.org';
const CHALLENGE = Buffer.from('a challenge').toString('base64url');
const ASKED = { challenge: CHALLENGE };
const ACCOUNT = { id: 'account-1', email: 'ada@example.org' };

const party = new RelyingParty(ORIGIN, [
  'https://app.example.org',
  'https://example.org:8443',
  'https://evil-example.org',
  'https://other.example',
]);
/** As the real one: it decodes, and cannot do so with anything but a text. */
const isExpected = async (challenge: string) =>
  Buffer.from(challenge, 'base64url').equals(Buffer.from(CHALLENGE, 'base64url'));

const register = (authenticator: Authenticator, ...[ceremony, attestation]: RegistrationExtras) =>
  party.verifyRegistration(authenticator.create(ASKED, ceremony, attestation), isExpected);
type RegistrationExtras = [ceremony?: Ceremony, attestation?: Parameters<Authenticator['create']>[2]];

/** A passkey as it is stored, and its authenticator. */
async function bound(kind: 'counting' | 'copied' = 'counting') {
  const authenticator = new Authenticator(RP_ID, ORIGIN, kind);
  const made = await register(authenticator);
  const passkey: Passkey = { ...made!, name: 'a key', createdAt: 0, lastUsedAt: null };
  const verify = (ceremony?: Ceremony, stored: Partial<Passkey> = {}) =>
    party.verifyAuthentication(authenticator.get(ASKED, ceremony), { ...passkey, ...stored }, isExpected);
  return { authenticator, passkey, verify };
}

describe('what a browser is asked for', () => {
  it('is a passkey of this host, without the keys that are bound already, and without attestation', async () => {
    const { passkey } = await bound();
    const options = await party.registrationOptions(ACCOUNT, [passkey], Uint8Array.of(1, 2, 3));
    expect(options).toMatchObject({
      challenge: 'AQID',
      rp: { id: RP_ID },
      user: { id: Buffer.from(ACCOUNT.id).toString('base64url'), name: ACCOUNT.email },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
      excludeCredentials: [{ id: passkey.id, transports: ['internal', 'usb'] }],
    });
    expect(options.pubKeyCredParams.map(({ alg }) => alg)).toEqual([-8, -7, -257]);
  });

  it('is one of the passkeys of the account, or any that the person has', async () => {
    const { passkey } = await bound();
    const options = await party.authenticationOptions([passkey], Uint8Array.of(1, 2, 3));
    expect(options).toMatchObject({ challenge: 'AQID', rpId: RP_ID, userVerification: 'preferred' });
    expect(options.allowCredentials?.map(({ id }) => id)).toEqual([passkey.id]);
    expect(await party.authenticationOptions(null, Uint8Array.of(1))).not.toHaveProperty(
      'allowCredentials.0',
    );
  });
});

describe('a registration', () => {
  it('gives the passkey as its authenticator describes it', async () => {
    const authenticator = new Authenticator(RP_ID, ORIGIN, 'copied');
    expect(await register(authenticator)).toMatchObject({
      id: authenticator.id,
      counter: 0,
      backedUp: true,
      transports: ['internal', 'usb'],
    });
    expect(await register(new Authenticator(RP_ID, ORIGIN))).toMatchObject({ backedUp: false });
  });

  it.each<[string, Ceremony]>([
    ['a page on a subdomain that is allowed', { origin: 'https://app.example.org' }],
    ['a page on another port that is allowed', { origin: 'https://example.org:8443' }],
    ['a person who was there but not verified', { isUserVerified: false }],
  ])('is accepted from %s', async (_, ceremony) => {
    expect(await register(new Authenticator(RP_ID, ORIGIN), ceremony)).not.toBeNull();
  });

  it.each<[string, Ceremony]>([
    ['another site', { origin: 'https://other.example' }],
    ['a host that only ends like ours', { origin: 'https://evil-example.org' }],
    ['a subdomain that is not allowed', { origin: 'https://www.example.org' }],
    ['our host without encryption', { origin: 'http://example.org' }],
    ['a passkey for another host', { rpId: 'app.example.org' }],
    ['an assertion', { type: 'webauthn.get' }],
    ['nobody present', { isUserPresent: false }],
    ['another challenge', { challenge: Buffer.from('another').toString('base64url') }],
    ['a challenge that is a number', { challenge: 7 }],
    ['a challenge that is an object', { challenge: { toString: CHALLENGE } }],
    ['no challenge', { challenge: undefined }],
  ])('is refused: %s', async (_, ceremony) => {
    expect(await register(new Authenticator(RP_ID, ORIGIN), ceremony)).toBeNull();
  });

  it('is refused when the id that was sent along is not the one of the authenticator', async () => {
    const id = new Authenticator(RP_ID, ORIGIN).id;
    const response = { ...new Authenticator(RP_ID, ORIGIN).create(ASKED), id, rawId: id };
    expect(await party.verifyRegistration(response, isExpected)).toBeNull();
  });

  it('may bring a signature of its own key, and nothing with certificates that nobody asked for', async () => {
    const own = {
      format: 'packed',
      statement: ({ authenticatorData, clientDataHash, signWithPasskey }: AttestedParts) =>
        new Map<string, number | Buffer>([
          ['alg', -7],
          ['sig', signWithPasskey(Buffer.concat([authenticatorData, clientDataHash]))],
        ]),
    };
    expect(await register(new Authenticator(RP_ID, ORIGIN), {}, own)).not.toBeNull();
    expect(await register(new Authenticator(RP_ID, ORIGIN), {}, securityKeyAttestation())).toBeNull();
  });

  it.each(['', 'AAAA', 'oA', Buffer.alloc(4000, 0x9f).toString('base64url')])(
    'is refused for an attestation that is none (%#)',
    async (attestationObject) => {
      const response = new Authenticator(RP_ID, ORIGIN).create(ASKED);
      const damaged = { ...response, response: { ...response.response, attestationObject } };
      expect(await party.verifyRegistration(damaged, isExpected)).toBeNull();
    },
  );
});

describe('an assertion', () => {
  it('gives the new count of signatures', async () => {
    const { verify } = await bound();
    expect(await verify()).toBe(1);
    expect(await verify()).toBe(2);
  });

  it('need not be counted', async () => {
    const { verify } = await bound('copied');
    expect(await verify()).toBe(0);
    expect(await verify()).toBe(0);
  });

  it.each([5, 4, 0])('is refused when the counter goes from 5 to %i', async (counter) => {
    const { verify } = await bound();
    expect(await verify({ counter }, { counter: 5 })).toBeNull();
    expect(await verify({ counter: 6 }, { counter: 5 })).toBe(6);
  });

  it('is accepted from a person who was there but not verified', async () => {
    const { verify } = await bound();
    expect(await verify({ isUserVerified: false })).toBe(1);
  });

  it.each<[string, Ceremony]>([
    ['another site', { origin: 'https://other.example' }],
    ['a passkey for another host', { rpId: 'other.example' }],
    ['a registration', { type: 'webauthn.create' }],
    ['nobody present', { isUserPresent: false }],
    ['another challenge', { challenge: Buffer.from('another').toString('base64url') }],
    ['a challenge that is a list', { challenge: [CHALLENGE] }],
  ])('is refused: %s', async (_, ceremony) => {
    const { verify } = await bound();
    expect(await verify(ceremony)).toBeNull();
  });

  it('is refused when another key has signed, or what was signed is altered', async () => {
    const { authenticator, passkey, verify } = await bound();
    const other = await bound();
    expect(await verify({}, { publicKey: other.passkey.publicKey })).toBeNull();
    const answer = authenticator.get(ASKED);
    const authenticatorData = Buffer.from(answer.response.authenticatorData, 'base64url');
    authenticatorData[36]! ^= 2;
    const altered = {
      ...answer,
      response: { ...answer.response, authenticatorData: authenticatorData.toString('base64url') },
    };
    expect(await party.verifyAuthentication(altered, passkey, isExpected)).toBeNull();
  });

  it.each(['clientDataJSON', 'authenticatorData', 'signature'] as const)(
    'is refused for garbage in the place of %s',
    async (part) => {
      const { authenticator, passkey } = await bound();
      const answer = authenticator.get(ASKED);
      for (const garbage of ['', 'AAAA', 'bnVsbA', 'W10', 'A'.repeat(5000)]) {
        const damaged = { ...answer, response: { ...answer.response, [part]: garbage } };
        expect(await party.verifyAuthentication(damaged, passkey, isExpected)).toBeNull();
      }
    },
  );
});

describe('a fault while the challenge is looked up', () => {
  it('is not taken for a refusal', async () => {
    const { authenticator, passkey } = await bound();
    const fault = () => Promise.reject(new Error('the store is away'));
    await expect(party.verifyAuthentication(authenticator.get(ASKED), passkey, fault)).rejects.toThrow(
      'away',
    );
    await expect(party.verifyRegistration(authenticator.create(ASKED), fault)).rejects.toThrow('away');
  });
});

describe('a server on localhost', () => {
  it('takes pages on any port of it that are allowed', async () => {
    const local = new RelyingParty('http://localhost:8080', ['http://localhost:3000']);
    for (const [origin, isAllowed] of [
      ['http://localhost:8080', true],
      ['http://localhost:3000', true],
      ['http://localhost:3001', false],
    ] as const) {
      const response = new Authenticator('localhost', origin).create(ASKED);
      expect((await local.verifyRegistration(response, isExpected)) !== null, origin).toBe(isAllowed);
    }
  });
});
