/** Bytes that are found nowhere but in what they were taken from. */
export interface Trace {
  readonly of: string;
  readonly bytes: Uint8Array;
}

const SLICE_BYTES = 24;
const PLACES = [0.3, 0.5, 0.7];

/** Slices from the middle of something: a store that cuts it into pages keeps most of them whole. */
export function tracesOf(what: string, content: Uint8Array): Trace[] {
  return PLACES.map((place) => {
    const start = Math.floor(content.length * place);
    return { of: what, bytes: content.subarray(start, start + SLICE_BYTES) };
  });
}

/** The numbers of a template as a program would write them down: as floats, as doubles, as text. */
export function tracesOfNumbers(what: string, numbers: readonly number[]): Trace[] {
  const buffers = (['writeFloatLE', 'writeFloatBE', 'writeDoubleLE'] as const).map((write) => {
    const bytes = write === 'writeDoubleLE' ? 8 : 4;
    const buffer = Buffer.alloc(numbers.length * bytes);
    numbers.forEach((number, i) => buffer[write](number, i * bytes));
    return buffer;
  });
  return [...buffers, Buffer.from(JSON.stringify(numbers))].flatMap((content) => tracesOf(what, content));
}

/** How the first bytes of a picture look, as they are and in base64. */
const BEGINNINGS: readonly (readonly [string, RegExp])[] = [
  ['a JPEG', /\xff\xd8\xff[\xc0\xdb\xe0-\xef\xfe]/],
  ['a PNG', /\x89PNG\r\n/],
  ['a WebP', /RIFF[^]{4}WEBP/],
  ['a JPEG in base64', /[/_]9j[/_][24]/],
  ['a PNG in base64', /iVBORw0KGgo/],
  ['a WebP in base64', /UklGR[\w+/-]{6}XRUJQ/],
];

/** Finds pictures of whatever kind, and traces however they were written down: as they are, in base64, in hexadecimal. */
export class TraceSearch {
  readonly #forms: readonly (readonly [string, Buffer])[];

  constructor(traces: readonly Trace[]) {
    this.#forms = traces.flatMap(({ of, bytes }) => formsOf(bytes).map((form) => [of, form] as const));
  }

  /** @returns what was found, each once */
  in(content: Buffer): string[] {
    const text = content.toString('latin1');
    return [
      ...BEGINNINGS.filter(([, beginning]) => beginning.test(text)).map(([what]) => what),
      ...new Set(this.#forms.filter(([, form]) => content.includes(form)).map(([of]) => of)),
    ];
  }
}

function formsOf(bytes: Uint8Array): Buffer[] {
  const buffer = Buffer.from(bytes);
  const hex = buffer.toString('hex');
  // In base64 it depends on what stands before: there are three ways to begin, and the end is left away.
  const base64 = [0, 1, 2].map((start) => {
    const whole = Math.floor((buffer.length - start) / 3) * 3;
    return buffer.subarray(start, start + whole).toString('base64');
  });
  const urlSafe = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  return [
    buffer,
    ...[...base64, ...urlSafe, hex, hex.toUpperCase()].map((text) => Buffer.from(text, 'latin1')),
  ];
}
