import { type Browser, type Locator, chromium } from 'playwright-core';

/** Names the program where it is not the usual one. */
const PROGRAM = process.env['TEST_BROWSER'];

/** A browser that speaks to nobody but the pages it is shown. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: PROGRAM?.startsWith('/') === true ? PROGRAM : '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
    ],
  });
}

/** Has an element say something, as it would by itself. */
export async function emit(element: Locator, type: string, detail: unknown): Promise<void> {
  const dispatch = (target: EventTarget, event: { type: string; detail: unknown }) => {
    target.dispatchEvent(new CustomEvent(event.type, { detail: event.detail }));
  };
  await element.evaluate(dispatch, { type, detail });
}
