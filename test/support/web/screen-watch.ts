import type { Page } from 'playwright-core';
import sharp from 'sharp';

/** The screen is looked at from afar: only its mean colour matters. */
const SIDE = 64;

/**
 * Tells the mean colour of what a page's window really shows, some 20 ms after it has changed, until the page closes.
 *
 * @param tell is given sRGB, 0…255
 */
export async function watchScreen(
  page: Page,
  tell: (colour: readonly [number, number, number]) => void,
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  session.on('Page.screencastFrame', ({ data, sessionId }) => {
    // The page may be gone before its last picture is looked at.
    void session.send('Page.screencastFrameAck', { sessionId }).catch(() => undefined);
    void meanColour(Buffer.from(data, 'base64')).then(tell);
  });
  await session.send('Page.startScreencast', {
    format: 'jpeg',
    quality: 50,
    maxWidth: SIDE,
    maxHeight: SIDE,
    everyNthFrame: 1,
  });
}

async function meanColour(picture: Buffer): Promise<[number, number, number]> {
  const { channels } = await sharp(picture).removeAlpha().stats();
  const [red, green, blue] = channels.map(({ mean }) => Math.round(mean));
  return [red!, green!, blue!];
}
