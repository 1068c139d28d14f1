import { expect } from 'vitest';

/** Every element of `html` closes in order, and every attribute is quoted. */
export function expectWellFormed(html: string): void {
  const open: string[] = [];
  const tag = /<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g;
  const body = html.replace('<!doctype html>', '').replace(/<style>[^<]*<\/style>/, '');
  for (const [, end, name, , selfClosed] of body.matchAll(tag)) {
    if (end) expect(open.pop()).toBe(name);
    else if (!selfClosed) open.push(name!);
  }
  expect(open).toEqual([]);
  expect(body.replace(tag, '')).not.toMatch(/[<>]/);
}

/** No script, no address, no import: nothing is loaded, nothing is run. */
export function expectSelfContained(html: string): void {
  expect(html).not.toMatch(/<script|https?:|\/\/|@import|url\((?!#)|<link|<img|<iframe|\son\w+=/i);
}

/** What a chart refers to is in the page, and no two charts use one name. */
export function expectCharts(html: string, count: number): void {
  expect(html.match(/<svg /g)).toHaveLength(count);
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(ids.length).toBeGreaterThan(0);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [, id] of html.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(id);
}
