import type { Page } from 'playwright-core';

/** Of Lighthouse: a bad connection of a telephone. */
const SLOW_3G = { bytesPerSecond: 50_000, latencyMs: 400 } as const;

/** From now on the page's calls take as long as over a bad connection. Its sockets are not slowed down. */
export async function throttle(page: Page, { bytesPerSecond, latencyMs } = SLOW_3G): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: latencyMs,
    downloadThroughput: bytesPerSecond,
    uploadThroughput: bytesPerSecond,
  });
}

export interface Transferred {
  readonly url: string;
  /** `Document`, `Script`, `Stylesheet`, `Font`, `Image`, `Fetch` … */
  readonly kind: string;
  /** As they came over the line: compressed, with their headers. */
  readonly bytes: number;
}

/** What a page loads from now on. */
export class Transfers {
  readonly #all: Transferred[] = [];

  static async of(page: Page): Promise<Transfers> {
    const transfers = new Transfers();
    const session = await page.context().newCDPSession(page);
    const begun = new Map<string, { url: string; kind: string }>();
    session.on('Network.responseReceived', ({ requestId, type, response }) => {
      begun.set(requestId, { url: response.url, kind: type });
    });
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const found = begun.get(requestId);
      if (found) transfers.#all.push({ ...found, bytes: encodedDataLength });
    });
    await session.send('Network.enable');
    await session.send('Network.setCacheDisabled', { cacheDisabled: true });
    return transfers;
  }

  get all(): readonly Transferred[] {
    return this.#all;
  }

  /** @param kind e.g. `Script`; of everything where it is left out */
  bytes(kind?: string): number {
    const counted = this.#all.filter((one) => kind === undefined || one.kind === kind);
    return counted.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
