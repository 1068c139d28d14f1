import { setTimeout as sleep } from 'node:timers/promises';

import { LiveClient, type Ticket } from './live-client.js';
import { connect, drain, maskedFrame } from './live-handshake.js';

/** Connections that are left alone. They take their time, while other tests go on: each says what became of it. */
export function abandon(url: string, ticket: () => Promise<Ticket>) {
  /** @returns after how many milliseconds the server has given it up */
  const halfOpen = async () => {
    const socket = await connect(url, await ticket());
    const began = performance.now();
    await drain(socket);
    return performance.now() - began;
  };
  /** @returns how long the end is in coming once the client reads again */
  const slowReader = async () => {
    const socket = await connect(url, await ticket());
    for (let i = 0; i < 20; i++) socket.write(maskedFrame('text', Buffer.from('{"type":"please"}')));
    await sleep(4000);
    // It has never answered the closing: what is heard now is what the server has done meanwhile.
    const began = performance.now();
    await drain(socket);
    return performance.now() - began;
  };
  const silent = async () => {
    const client = await LiveClient.open(url, await ticket());
    const code = await client.closed;
    return { code, reasons: client.result?.problem.reasons };
  };
  return { halfOpen: halfOpen(), slowReader: slowReader(), silent: silent() };
}
