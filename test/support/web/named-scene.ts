import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

import { type Scene, openScene } from './scene.js';

/** A scene at `localhost`: passkeys belong to a name, and an address of numbers is none. */
export async function openNamedScene(environment: Record<string, string> = {}): Promise<Scene> {
  const port = await freePort();
  const scene = await openScene({ PORT: String(port), ...environment });
  return { ...scene, server: { ...scene.server, url: `http://localhost:${port}` } };
}

/** The server has to know its address before it has one. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
