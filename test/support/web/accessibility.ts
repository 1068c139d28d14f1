import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** WCAG 2.2 at level AA and what it builds upon, and what axe knows beside it. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/**
 * What axe finds wrong with the page as it is now, open shadow roots included.
 *
 * @returns a line for each element, for a test to compare with `[]`
 */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  // Evaluated over the debugger: the page's content security policy does not see it.
  await page.evaluate(await readFile(AXE, 'utf8'));
  const options = { runOnly: { type: 'tag', values: RULES }, resultTypes: ['violations'] };
  const { violations } = await page.evaluate<{ violations: Violation[] }>(
    `axe.run(document, ${JSON.stringify(options)})`,
  );
  return violations.flatMap(({ id, impact, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id} (${impact}): ${help}\n  ${html}\n  ${failureSummary}`),
  );
}

/** Waits until what moves once has come to rest: text that is half faded in has no contrast. */
export async function comesToRest(page: Page): Promise<void> {
  // Not `waitForFunction`: it would evaluate within the page, whose policy forbids that.
  await expect.poll(() => page.evaluate(`(${MOVING})().filter(({ endless }) => !endless)`)).toEqual([]);
}

/** What moves on the page as it is now, in shadow roots too: the animations and transitions that run. */
export async function movements(page: Page): Promise<string[]> {
  const moving = await page.evaluate<{ what: string }[]>(`(${MOVING})()`);
  return moving.map(({ what }) => what);
}

/** What reaches over the right edge of the window, so that the page has to be scrolled sideways. */
export function wideElements(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const wide = (${EVERYTHING})().filter((one) => one.getBoundingClientRect().right > root.clientWidth + 1);
    return ['the page is ' + root.scrollWidth + ' wide', ...wide.map((one) => one.outerHTML.slice(0, 160))];
  })()`);
}

/** Texts that are cut off by the box that they stand in. What is for screen readers only is meant to be. */
export function cutTexts(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const isCut = (one) => {
      const { overflowX, overflowY, clipPath } = getComputedStyle(one);
      if (clipPath !== 'none' || !one.innerText?.trim()) return false;
      const cutsOff = (overflow) => overflow === 'hidden' || overflow === 'clip';
      return (
        (cutsOff(overflowX) && one.scrollWidth > one.clientWidth + 1) ||
        (cutsOff(overflowY) && one.scrollHeight > one.clientHeight + 1)
      );
    };
    return (${EVERYTHING})().filter(isCut).map((one) => one.outerHTML.slice(0, 160));
  })()`);
}

/** Where the keys go. */
export interface Focus {
  /** Role or tag, and name, e.g. `button Start`; `nowhere` when it is lost. */
  readonly what: string;
  /** Whether somebody sees that it is there. */
  readonly isSeen: boolean;
}

export function focusOf(page: Page): Promise<Focus> {
  return page.evaluate<Focus>(`(() => {
    let one = document.activeElement;
    while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
    if (!one || one === document.body) return { what: 'nowhere', isSeen: false };
    const name = one.getAttribute('aria-label') ?? one.labels?.[0]?.innerText ?? one.innerText ?? '';
    // What takes the place of a control's own outline is around it, and may go on in its border.
    const ring = [one, one.parentElement].some((box) => {
      const { outlineStyle, outlineWidth, outlineColor, borderTopWidth, borderTopColor } = getComputedStyle(box);
      const border = borderTopColor === outlineColor ? parseFloat(borderTopWidth) : 0;
      return outlineStyle !== 'none' && parseFloat(outlineWidth) + border >= 2;
    });
    const { width, height, top, bottom } = one.getBoundingClientRect();
    const isInside = width > 0 && height > 0 && bottom > 0 && top < innerHeight;
    const kind = one.localName === 'button' ? 'button' : one.type || one.localName;
    return { what: kind + ' ' + name.trim().split('\\n')[0], isSeen: ring && isInside };
  })()`);
}

/** The page's elements with those of its open shadow roots. */
const EVERYTHING = `() => {
  const within = (root) => [...root.querySelectorAll('*')].flatMap((one) => [one, ...(one.shadowRoot ? within(one.shadowRoot) : [])]);
  return within(document);
}`;

const MOVING = `() => {
  const roots = [document, ...(${EVERYTHING})().flatMap((one) => one.shadowRoot ?? [])];
  const running = new Set(roots.flatMap((root) => root.getAnimations()));
  return [...running].filter(({ playState }) => playState === 'running').map(({ animationName, transitionProperty, effect }) => ({
    what: (animationName ?? transitionProperty) + ' of ' + effect.target?.outerHTML.slice(0, 100),
    endless: effect.getComputedTiming().endTime === Infinity,
  }));
}`;
