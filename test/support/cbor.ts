export type CborMap = ReadonlyMap<number | string, CborValue>;
export type CborValue = number | string | Buffer | readonly CborValue[] | CborMap;

const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const LIST = 4;
const MAP = 5;

/** As much of CBOR (RFC 8949) as authenticators write: keys of maps in the order in which they are given. */
export function cbor(value: CborValue): Buffer {
  if (typeof value === 'number') return value < 0 ? head(NEGATIVE, -1 - value) : head(UNSIGNED, value);
  if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    return Buffer.concat([head(TEXT, bytes.length), bytes]);
  }
  if (Buffer.isBuffer(value)) return Buffer.concat([head(BYTES, value.length), value]);
  if (value instanceof Map) {
    const entries = [...(value as CborMap)].flatMap(([key, item]) => [cbor(key), cbor(item)]);
    return Buffer.concat([head(MAP, value.size), ...entries]);
  }
  const items = value as readonly CborValue[];
  return Buffer.concat([head(LIST, items.length), ...items.map(cbor)]);
}

function head(type: number, length: number): Buffer {
  if (length < 24) return Buffer.of((type << 5) | length);
  if (length < 256) return Buffer.of((type << 5) | 24, length);
  const bytes = Buffer.of((type << 5) | 25, 0, 0);
  bytes.writeUInt16BE(length, 1);
  return bytes;
}
