import { IncomingMessage } from 'node:http';

const OFFERED = Symbol('offered');

/**
 * A request of a server that upgrades to WebSockets only. With a listener for upgrades Node takes every request
 * that offers one for a change of protocol, its body unread; some HTTP clients, Java's among them, offer `h2c`
 * with each request and expect to be answered as always (RFC 9110, 7.8).
 */
export class WebSocketUpgradeOnly extends IncomingMessage {
  [OFFERED]?: boolean | null;

  // Node's parser writes it before the headers are there, and reads it afterwards, to decide.
  get upgrade(): boolean {
    const offered = this[OFFERED] === true;
    return offered && (this.method === 'CONNECT' || /^websocket$/i.test(this.headers.upgrade ?? ''));
  }

  set upgrade(offered: boolean | null) {
    this[OFFERED] = offered;
  }
}
