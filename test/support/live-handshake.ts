import { randomBytes } from 'node:crypto';
import http, { type IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';

interface Handshake {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The problem of a refused one. */
  readonly problem?: { readonly code: string; readonly request_id: string };
  /** The connection of an accepted one, of which nothing has been read. */
  readonly socket?: Socket;
}

/** Subprotocols of a well-made handshake. */
export const protocols = (ticket: string): string => `vultus.live.v1, vultus.ticket.${ticket}`;

/** A handshake made by hand, well or badly. @param offered the subprotocols; undefined sends no such header */
export async function handshake(
  url: string,
  path: string,
  offered: string | undefined,
  headers: Record<string, string> = {},
): Promise<Handshake> {
  const request = http.get(url + path, {
    agent: false,
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      ...(offered === undefined ? {} : { 'sec-websocket-protocol': offered }),
      ...headers,
    },
  });
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('upgrade', ({ headers }, socket) => {
      socket.on('error', () => undefined);
      resolve({ status: 101, headers, socket });
    });
    request.on('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      response.toArray().then((chunks: Buffer[]) => {
        const problem = JSON.parse(Buffer.concat(chunks).toString()) as { code: string; request_id: string };
        resolve({ status, headers, problem });
      }, reject);
    });
  });
}

/** A session whose client is no WebSocket: it answers neither pings nor closings. */
export async function connect(url: string, given: { socket: string; ticket: string }): Promise<Socket> {
  const { status, socket } = await handshake(url, given.socket, protocols(given.ticket));
  if (!socket) throw new Error(`the handshake was answered ${status}`);
  return socket;
}

/** A message that a client sends, as it is on the line (RFC 6455, 5.2). @param payload at most 125 bytes */
export function maskedFrame(kind: 'text' | 'ping', payload: Uint8Array): Buffer {
  const opcode = kind === 'text' ? 1 : 9;
  // A mask of zeros changes nothing, and is a mask.
  return Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0, ...payload]);
}

/** @returns what a connection still gives from now on until it is closed from the other side, in bytes */
export async function drain(socket: Socket): Promise<number> {
  let bytes = 0;
  socket.on('data', (data: Buffer) => (bytes += data.length));
  await new Promise((resolve) => socket.on('close', resolve));
  return bytes;
}
