import { generateKeyPairSync, sign } from 'node:crypto';

import type { Attestation } from './authenticator.js';

/** A statement as older security keys make it, with a certificate that nobody has signed. The library would accept it. */
export function securityKeyAttestation(): Attestation {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = der(0x30, der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
  const name = der(0x30);
  const validity = der(
    0x30,
    der(0x17, Buffer.from('250101000000Z')),
    der(0x17, Buffer.from('490101000000Z')),
  );
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(1)),
    ecdsaWithSha256,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const certificate = der(0x30, body, ecdsaWithSha256, der(0x03, Buffer.of(0, 0x30, 0)));
  return {
    format: 'fido-u2f',
    statement: (parts) => {
      const { rpIdHash, clientDataHash, credentialId } = parts;
      const signed = Buffer.concat([Buffer.of(0), rpIdHash, clientDataHash, credentialId, parts.publicKey]);
      return new Map<string, Buffer | Buffer[]>([
        ['sig', sign('sha256', signed, privateKey)],
        ['x5c', [certificate]],
      ]);
    },
  };
}

function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length < 128 ? Buffer.of(content.length) : Buffer.of(0x82, 0, 0);
  if (content.length >= 128) length.writeUInt16BE(content.length, 1);
  return Buffer.concat([Buffer.of(tag), length, content]);
}
