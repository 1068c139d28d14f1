import type { ConsoleMessage, Page } from 'playwright-core';

/** Refusals of the API are answers that a page has to expect; the browser notes each in the console all the same. */
const REFUSED_CALL = /^Failed to load resource: the server responded with a status of 4\d\d/;

/** What a browser complains about while it shows a page. */
export class Complaints {
  /** Calls that the server has refused, which the browser notes as errors, too. */
  refusedCalls = 0;
  readonly #all: string[] = [];
  readonly #expected: RegExp[] = [];

  constructor(page: Page) {
    page.on('console', (message) => {
      if (isRefusedCall(message)) this.refusedCalls++;
      else if (message.type() === 'error') this.#add(`error: ${message.text()}`);
    });
    page.on('pageerror', (error) => {
      this.#add(`exception: ${error.stack ?? error.message}`);
    });
    page.on('crash', () => {
      this.#add('the page has crashed');
    });
  }

  get all(): readonly string[] {
    return this.#all;
  }

  /** From now on this is part of the story, e.g. the errors of a network that is away. */
  expect(pattern: RegExp): void {
    this.#expected.push(pattern);
  }

  #add(complaint: string): void {
    if (!this.#expected.some((pattern) => pattern.test(complaint))) this.#all.push(complaint);
  }
}

function isRefusedCall(message: ConsoleMessage): boolean {
  const isCall = new URL(message.location().url || 'about:blank').pathname.startsWith('/user');
  return message.type() === 'error' && isCall && REFUSED_CALL.test(message.text());
}
