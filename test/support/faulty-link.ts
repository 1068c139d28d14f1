import { once } from 'node:events';
import net from 'node:net';

/** A TCP proxy that passes bytes on late, or not at all: what a slow or frozen database looks like. */
export class FaultyLink {
  /** Milliseconds in each direction; Infinity keeps everything back until it is set lower. */
  delayMs = 0;
  /** The most connections that were open at once. */
  peak = 0;
  readonly #open = new Set<net.Socket>();
  readonly #server: net.Server;

  private constructor(private readonly target: number) {
    this.#server = net.createServer((near) => {
      const far = net.connect(this.target, '127.0.0.1');
      this.#open.add(near);
      this.peak = Math.max(this.peak, this.#open.size);
      near.once('close', () => this.#open.delete(near));
      this.#join(near, far);
      this.#join(far, near);
    });
  }

  static async to(port: number): Promise<FaultyLink> {
    const link = new FaultyLink(port);
    link.#server.listen(0, '127.0.0.1');
    await once(link.#server, 'listening');
    return link;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  get connections(): number {
    return this.#open.size;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
  }

  #join(from: net.Socket, to: net.Socket): void {
    let before = Promise.resolve();
    from.on('data', (chunk) => {
      before = before.then(() => this.#wait()).then(() => void to.write(chunk));
    });
    from.on('error', () => undefined);
    from.once('close', () => to.destroy());
  }

  async #wait(): Promise<void> {
    const arrived = Date.now();
    while (Date.now() - arrived < this.delayMs) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(20, this.delayMs)));
    }
  }
}
