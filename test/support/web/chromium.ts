import { type Browser, type BrowserContext, type Page, chromium, devices } from 'playwright-core';

import { Complaints } from './complaints.js';
import type { FilmCamera } from './film-camera.js';

/** TEST_BROWSER says that there is a browser to test with, and may name the program. */
const named = process.env['TEST_BROWSER'] ?? '';
const PROGRAM = named.includes('/') ? named : '/usr/bin/chromium';

/** Nothing that asks the outside for anything. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const DEVICES = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: {
    userAgent: devices['Pixel 7'].userAgent,
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    deviceScaleFactor: 2,
  },
} as const;

export interface Visit {
  readonly device?: keyof typeof DEVICES;
  readonly colourScheme?: 'light' | 'dark';
  readonly reducedMotion?: boolean;
  readonly locale?: 'en-GB' | 'de-DE';
  /** What the person answers when the page asks for the camera. */
  readonly camera?: 'granted' | 'denied';
}

/** Somebody's browser window, alone with its cookies and its memory. */
export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the browser complained about so far: errors, exceptions, violations of the content security policy. */
  readonly complaints: Complaints;
}

/** A Chromium with a camera that the test steers. */
export class Chromium {
  readonly #visitors: Visitor[] = [];

  private constructor(private readonly browser: Browser) {}

  static async launch(camera?: FilmCamera): Promise<Chromium> {
    const fakeCamera = camera
      ? ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${camera.file}`]
      : [];
    return new Chromium(await chromium.launch({ executablePath: PROGRAM, args: [...QUIET, ...fakeCamera] }));
  }

  async visitor({
    device = 'desktop',
    colourScheme = 'light',
    reducedMotion = false,
    locale = 'en-GB',
    camera = 'granted',
  }: Visit = {}): Promise<Visitor> {
    const context = await this.browser.newContext({
      ...DEVICES[device],
      colorScheme: colourScheme,
      reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
      locale,
      // Whatever is not named here is denied.
      permissions: camera === 'granted' ? ['camera'] : ['accelerometer'],
    });
    const page = await context.newPage();
    const visitor = { page, context, complaints: new Complaints(page) };
    this.#visitors.push(visitor);
    return visitor;
  }

  /**
   * For `afterEach`: closes all windows.
   *
   * @throws Error when one of them had anything to complain about
   */
  async endVisits(): Promise<void> {
    const visitors = this.#visitors.splice(0);
    await Promise.all(visitors.map(({ context }) => context.close()));
    const complaints = visitors.flatMap((visitor) => visitor.complaints.all);
    if (complaints.length > 0) throw new Error(`the browser complained:\n${complaints.join('\n')}`);
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}
