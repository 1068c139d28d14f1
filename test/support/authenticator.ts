import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '../../src/auth/webauthn.js';
import { type CborMap, cbor } from './cbor.js';

/** What a ceremony may have wrong with it, or special. All else is as an honest browser does it. */
export interface Ceremony {
  readonly origin?: string;
  readonly rpId?: string;
  /** In the place of the one that was asked for. */
  readonly challenge?: unknown;
  readonly type?: string;
  readonly isUserPresent?: boolean;
  readonly isUserVerified?: boolean;
  /** Of signatures, in the place of what it really is: as another device with a copy of the key would say. */
  readonly counter?: number;
}

/** What an authenticator says about itself. */
export interface Attestation {
  readonly format: string;
  /** @param signed what an attestation signs */
  readonly statement: (signed: AttestedParts) => CborMap;
}

/** What a statement about an authenticator may be about. */
export interface AttestedParts {
  readonly authenticatorData: Buffer;
  readonly clientDataHash: Buffer;
  readonly rpIdHash: Buffer;
  readonly credentialId: Buffer;
  /** Uncompressed point. */
  readonly publicKey: Buffer;
  readonly signWithPasskey: (data: Buffer) => Buffer;
}

const NO_ATTESTATION: Attestation = { format: 'none', statement: () => new Map() };

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const MAY_BE_BACKED_UP = 0x08;
const IS_BACKED_UP = 0x10;
const HAS_CREDENTIAL = 0x40;
/** Of a model that does not say which it is. */
const AAGUID = Buffer.alloc(16);

/**
 * A passkey in software with the part of a browser that belongs to it (Web Authentication, level 3): an ES256 key, made
 * for one relying party.
 */
export class Authenticator {
  readonly #rawId: Buffer;
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  #counter = 0;

  /**
   * @param kind `counting` as hardware does, or copied between its owner's devices, which leaves the counter at 0
   * @param idBytes length of its id: those that keep nothing themselves have all of the key in it, sealed
   */
  constructor(
    private readonly rpId: string,
    private readonly origin: string,
    private readonly kind: 'counting' | 'copied' = 'counting',
    idBytes = 16,
  ) {
    this.#rawId = randomBytes(idBytes);
  }

  get id(): string {
    return this.#rawId.toString('base64url');
  }

  /** Makes the passkey known to whoever asks. */
  create(
    { challenge }: { readonly challenge: string },
    ceremony: Ceremony = {},
    { format, statement }: Attestation = NO_ATTESTATION,
  ): RegistrationResponseJSON {
    const clientData = this.#clientData('webauthn.create', challenge, ceremony);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.#rawId.length);
    const { x, y } = this.#point();
    // COSE: a key on an elliptic curve, for ES256, on P-256.
    const key = cbor(
      new Map<number, number | Buffer>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, x],
        [-3, y],
      ]),
    );
    const head = this.#authenticatorData(HAS_CREDENTIAL, ceremony);
    const authenticatorData = Buffer.concat([head, AAGUID, length, this.#rawId, key]);
    const attStmt = statement({
      authenticatorData,
      clientDataHash: sha256(clientData),
      rpIdHash: head.subarray(0, 32),
      credentialId: this.#rawId,
      publicKey: Buffer.concat([Buffer.of(4), x, y]),
      signWithPasskey: (data) => sign('sha256', data, this.#keys.privateKey),
    });
    const attestationObject = cbor(
      new Map<string, string | Buffer | CborMap>([
        ['fmt', format],
        ['attStmt', attStmt],
        ['authData', authenticatorData],
      ]),
    );
    return {
      ...this.#credential(),
      response: {
        clientDataJSON: clientData.toString('base64url'),
        attestationObject: attestationObject.toString('base64url'),
        transports: ['internal', 'usb'],
      },
    };
  }

  /** Signs the challenge. */
  get({ challenge }: { readonly challenge: string }, ceremony: Ceremony = {}): AuthenticationResponseJSON {
    if (this.kind === 'counting') this.#counter++;
    const clientData = this.#clientData('webauthn.get', challenge, ceremony);
    const authenticatorData = this.#authenticatorData(0, ceremony);
    const signed = Buffer.concat([authenticatorData, sha256(clientData)]);
    return {
      ...this.#credential(),
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authenticatorData.toString('base64url'),
        signature: sign('sha256', signed, this.#keys.privateKey).toString('base64url'),
      },
    };
  }

  #credential() {
    return { id: this.id, rawId: this.id, type: 'public-key' as const, clientExtensionResults: {} };
  }

  #clientData(type: string, challenge: string, ceremony: Ceremony): Buffer {
    const data = {
      type: ceremony.type ?? type,
      challenge: 'challenge' in ceremony ? ceremony.challenge : challenge,
      origin: ceremony.origin ?? this.origin,
      crossOrigin: false,
    };
    return Buffer.from(JSON.stringify(data));
  }

  #authenticatorData(
    flags: number,
    { rpId = this.rpId, isUserPresent = true, isUserVerified = true, counter = this.#counter }: Ceremony,
  ): Buffer {
    const data = Buffer.alloc(37);
    sha256(rpId).copy(data);
    data[32] =
      flags |
      (isUserPresent ? USER_PRESENT : 0) |
      (isUserVerified ? USER_VERIFIED : 0) |
      (this.kind === 'copied' ? MAY_BE_BACKED_UP | IS_BACKED_UP : 0);
    data.writeUInt32BE(counter, 33);
    return data;
  }

  #point(): { x: Buffer; y: Buffer } {
    const { x, y } = this.#keys.publicKey.export({ format: 'jwk' });
    return { x: Buffer.from(x!, 'base64url'), y: Buffer.from(y!, 'base64url') };
  }
}

function sha256(data: string | Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}
