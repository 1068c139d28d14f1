import { expect } from 'vitest';

/** Everything that a line of the log may have; none of it says who somebody is or what was seen. */
const FIELDS = [
  'level',
  'time',
  'msg',
  'request_id',
  'method',
  'route',
  'status',
  'ms',
  'purpose',
  'transport',
  'outcome',
  'reason',
  'frames',
];

/** @param secrets tickets, tokens, addresses, numbers of templates: whatever must have no way into the log */
export function expectLogKeepsQuiet(log: string, secrets: readonly string[]): void {
  const lines = log.trim().split('\n');
  for (const line of lines) {
    const fields = Object.keys(JSON.parse(line) as object);
    expect(
      fields.filter((field) => !FIELDS.includes(field)),
      line,
    ).toEqual([]);
    // One that could hold a picture, or a list of numbers, is no line.
    expect(line.length, line.slice(0, 600)).toBeLessThan(500);
  }
  for (const secret of secrets) expect(log).not.toContain(secret);
  expect(log).not.toMatch(/JFIF|score|cosine|similarity|bona_fide|eyJ/i);
}
