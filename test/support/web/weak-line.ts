import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LineSpeed {
  /** In each direction, of all connections together. */
  readonly bytesPerSecond: number;
  /** There and back. */
  readonly roundTripMs: number;
}

/**
 * What developer tools call "Slow 3G": 400 kbit/s, and 400 ms there and back. (They wait 2 s for each request, in the
 * place of the handshakes that they do not slow down. Here every byte is late, those of sockets too.)
 */
export const SLOW_3G: LineSpeed = { bytesPerSecond: 50_000, roundTripMs: 400 };

/** A slice is small enough that one connection does not keep the others from the line. */
const SLICE_BYTES = 1_460;
const HANDSHAKE = /^upgrade: *websocket/im;

/** The line between a browser and a server, which the test cuts, blocks and slows down. */
export class WeakLine {
  /** False: handshakes of sockets are swallowed by a cut, as by a proxy that does not know them. */
  letsSocketsThrough = true;
  /** How many bytes have gone to the server. */
  sent = 0;
  readonly #sockets = new Set<net.Socket>();
  readonly #all = new Set<net.Socket>();
  readonly #server: net.Server;
  readonly #speed: LineSpeed | null;
  #isUp = true;
  /** When the line is free again, for each direction. */
  readonly #freeAt = { up: 0, down: 0 };

  private constructor(
    private readonly target: number,
    speed: LineSpeed | null,
  ) {
    this.#speed = speed;
    this.#server = net.createServer({ noDelay: true }, (near) => {
      this.#accept(near);
    });
  }

  /** @param speed as fast as the machine where it is left out */
  static async to(url: string, speed: LineSpeed | null = null): Promise<WeakLine> {
    const line = new WeakLine(Number(new URL(url).port), speed);
    line.#server.listen(0, '127.0.0.1');
    await once(line.#server, 'listening');
    return line;
  }

  /** The server's address for whoever comes over this line. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as net.AddressInfo).port}`;
  }

  /** From now on nobody gets through. */
  takeDown(): void {
    this.#isUp = false;
    for (const socket of this.#all) socket.destroy();
  }

  bringUp(): void {
    this.#isUp = true;
  }

  /** Cuts the sockets that are open. @returns how many there were */
  cutSockets(): number {
    const count = this.#sockets.size;
    for (const socket of this.#sockets) socket.destroy();
    return count;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#all) socket.destroy();
  }

  #accept(near: net.Socket): void {
    if (!this.#isUp) {
      near.destroy();
      return;
    }
    this.#all.add(near);
    const far = net.connect({ port: this.target, host: '127.0.0.1', noDelay: true });
    near.once('close', () => {
      this.#all.delete(near);
      this.#sockets.delete(near);
    });
    void this.#carry(near, far, 'up');
    void this.#carry(far, near, 'down');
  }

  /** @param chunk that came from the browser's side */
  #look(chunk: Buffer, near: net.Socket): void {
    if (!HANDSHAKE.test(chunk.toString('latin1', 0, 4096))) return;
    if (this.letsSocketsThrough) this.#sockets.add(near);
    else near.destroy();
  }

  async #carry(from: net.Socket, to: net.Socket, direction: 'up' | 'down'): Promise<void> {
    // Errors are closes, too.
    from.on('error', () => undefined);
    to.once('close', () => from.destroy());
    const arriving = new Set<Promise<void>>();
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        if (direction === 'up' && !this.#sockets.has(from)) this.#look(chunk, from);
        if (from.destroyed) break;
        for (let at = 0; at < chunk.length; at += SLICE_BYTES) {
          const slice = chunk.subarray(at, at + SLICE_BYTES);
          if (direction === 'up') this.sent += slice.length;
          await this.#pace(slice.length, direction);
          const arrival = this.#arrive(to, slice);
          arriving.add(arrival);
          void arrival.then(() => arriving.delete(arrival));
        }
      }
    } catch {
      // Cut.
    }
    await Promise.all(arriving);
    if (!to.destroyed) to.end();
  }

  /** Until the line has taken so many bytes. */
  async #pace(bytes: number, direction: 'up' | 'down'): Promise<void> {
    if (!this.#speed) return;
    const now = performance.now();
    const takesMs = (bytes * 1000) / this.#speed.bytesPerSecond;
    this.#freeAt[direction] = Math.max(now, this.#freeAt[direction]) + takesMs;
    const waitMs = this.#freeAt[direction] - now;
    // Timers are coarse: what is too short to wait for is waited for with the next slices.
    if (waitMs > 5) await sleep(waitMs);
  }

  /** Timers of one length run in their order: so do the bytes. */
  async #arrive(to: net.Socket, slice: Buffer): Promise<void> {
    if (this.#speed) await sleep(this.#speed.roundTripMs / 2);
    if (!to.destroyed) to.write(slice);
  }
}
