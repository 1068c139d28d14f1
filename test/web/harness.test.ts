import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { accessibilityViolations } from '../support/web/accessibility.js';
import { Chromium } from '../support/web/chromium.js';
import { Transfers, throttle } from '../support/web/network.js';
import { servePage } from '../support/web/page-server.js';

const STRICT = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'",
};
const GOOD_PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title>
  <link rel="icon" href="data:,"><main><h1>A page</h1><label>E-mail <input type="email"></label></main>`;

/** What fails the tests of the page must be able to fail. */
describe('the harness of the journeys', () => {
  let chromium: Chromium;
  beforeAll(async () => {
    chromium = await Chromium.launch();
  });
  afterAll(() => chromium.close());

  const visit = async (html: string, headers?: Record<string, string>) => {
    const pages = await servePage(html, headers);
    const visitor = await chromium.visitor();
    await visitor.page.goto(pages.url);
    return { ...visitor, pages };
  };

  it('has nothing to say about a page that is as it should be', async () => {
    const { page, pages } = await visit(GOOD_PAGE);
    expect(await accessibilityViolations(page)).toEqual([]);
    await chromium.endVisits();
    await pages.stop();
  });

  it.each([
    ['an exception', "setTimeout(() => { throw new Error('lost') })", 'lost'],
    ['a promise that nobody looks after', "void Promise.reject(new Error('forlorn'))", 'forlorn'],
    ['an error in the console', "console.error('alas')", 'alas'],
    ['a style that the policy refuses', "document.body.setAttribute('style', 'color: red')", 'style-src'],
    ['a call to the outside', "fetch('https://example.org/').catch(() => {})", 'connect-src'],
  ])('ends a journey for %s', async (_, script, complaint) => {
    const { page, pages, complaints } = await visit(GOOD_PAGE, STRICT);
    // Out of the debugger's own call, whose exceptions come back to the test.
    await page.evaluate(`setTimeout(() => { ${script} }); undefined`);
    await expect.poll(() => complaints.all.join()).toContain(complaint);
    await expect(chromium.endVisits()).rejects.toThrow(complaint);
    await pages.stop();
  });

  it('lets a journey go on for an error that it expects', async () => {
    const { page, pages, complaints } = await visit(GOOD_PAGE);
    complaints.expect(/alas/);
    await page.evaluate("console.error('alas')");
    await chromium.endVisits();
    await pages.stop();
  });

  it('finds what keeps people out, whatever the policy of the page', async () => {
    const { page, pages } = await visit(GOOD_PAGE.replace(/<\/?label>/g, ''), STRICT);
    expect(await accessibilityViolations(page)).toEqual([expect.stringMatching(/^label \(critical\)/)]);
    await chromium.endVisits();
    await pages.stop();
  });

  it('counts what comes over the line, and slows the line down', async () => {
    const { page, pages } = await visit(GOOD_PAGE + '<p>' + 'x'.repeat(99_000));
    const transfers = await Transfers.of(page);
    await throttle(page);
    const began = performance.now();
    await page.reload();
    expect(performance.now() - began).toBeGreaterThan(2000);
    // The browser tells of the end of a transfer a little after the page knows it.
    await expect.poll(() => transfers.bytes('Document')).toBeGreaterThan(99_000);
    expect(transfers.bytes('Document')).toBeLessThan(101_000);
    expect(transfers.bytes('Script')).toBe(0);
    await chromium.endVisits();
    await pages.stop();
  });

  it('shows the page as somebody sees it who has a telephone, German, the dark, and no movement', async () => {
    const pages = await servePage(GOOD_PAGE);
    const { page } = await chromium.visitor({
      device: 'phone',
      locale: 'de-DE',
      colourScheme: 'dark',
      reducedMotion: true,
    });
    await page.goto(pages.url);
    const media = (query: string) => page.evaluate<boolean>(`matchMedia('(${query})').matches`);
    expect(await media('prefers-color-scheme: dark')).toBe(true);
    expect(await media('prefers-reduced-motion: reduce')).toBe(true);
    expect(await media('pointer: coarse')).toBe(true);
    expect(await page.evaluate('navigator.language')).toBe('de-DE');
    await chromium.endVisits();
    await pages.stop();
  });
});
