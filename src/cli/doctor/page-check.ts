import http from 'node:http';
import https from 'node:https';
import { randomBytes } from 'node:crypto';

import type { Config } from '../../config/config.js';
import { type Finding, findings } from './finding.js';

const { ok, warning, failed, skipped } = findings('camera page');

const PATIENCE_MS = 5000;
const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/** What stands between a browser and the server: a proxy may take away what camera and sockets need. */
export async function checkPage(config: Config, url: string | undefined): Promise<Finding[]> {
  const found = checkOrigins(config);
  const address = url ?? config.publicUrl;
  const answer = await ask(new URL(config.page ? '/' : '/health/live', address));
  if (typeof answer === 'string') {
    const says = `nobody answers at ${address} (${answer})`;
    // Without --url nobody has said that a server runs.
    found.push(
      url === undefined
        ? skipped(`${says}: headers and sockets are looked at when a server runs there`)
        : failed(says, 'Start the server, and look at the proxy before it.'),
    );
    return found;
  }
  const isOurs = await isThisProgram(address);
  if (!isOurs)
    return [
      ...found,
      failed(`what answers at ${address} is not this program`, 'Look at PUBLIC_URL and the proxy.'),
    ];
  found.push(...checkHeaders(address, answer), ...checkProxy(config, address));
  if (config.liveness !== 'off') found.push(await checkSocket(address));
  return found;
}

/** Browsers give camera and passkeys to pages of a secure context only. */
function checkOrigins({ publicUrl, corsOrigins }: Config): Finding[] {
  const insecure = corsOrigins.filter((origin) => {
    const { protocol, hostname } = new URL(origin);
    return protocol === 'http:' && !LOCAL.test(hostname);
  });
  const found = [ok(`${publicUrl} may use the camera and passkeys`)];
  if (insecure.length > 0) {
    const says = `pages of ${insecure.join(', ')} get no camera: browsers ask for https`;
    found.push(warning(says, 'Serve them by https, and correct CORS_ORIGINS.'));
  }
  return found;
}

async function isThisProgram(address: string): Promise<boolean> {
  const answer = await ask(new URL('/health/live', address));
  if (typeof answer === 'string') return false;
  return answer.status === 200 && answer.headers.get('content-type')?.startsWith('application/json') === true;
}

function checkHeaders(address: string, { status, headers }: Response): Finding[] {
  if (status >= 400)
    return [failed(`is answered ${status}`, 'Look at the log of the server and of the proxy.')];
  const found: Finding[] = [];
  const permissions = headers.get('permissions-policy') ?? '';
  if (/camera=\(\)/.test(permissions)) {
    const says = 'Permissions-Policy takes the camera away from the page';
    found.push(failed(says, 'Let the proxy keep the header of the server: camera=(self).'));
  } else if (!/camera=(\(self\)|\*)/.test(permissions)) {
    found.push(
      warning('is sent without Permissions-Policy', 'Let the proxy pass the headers of the server on.'),
    );
  }
  const policy = headers.get('content-security-policy') ?? '';
  if (policy === '') {
    const says = 'is sent without Content-Security-Policy';
    found.push(warning(says, 'Let the proxy pass the headers of the server on.'));
  } else if (policy.includes(',')) {
    const says = 'is sent with two Content-Security-Policies, and both have to allow what the page does';
    found.push(warning(says, 'Let the proxy add none.'));
  }
  if (!policy.includes('frame-ancestors') && headers.get('x-frame-options') === null) {
    const says = 'other sites may put the page into a frame';
    found.push(warning(says, 'Let the proxy pass the headers of the server on.'));
  }
  if (address.startsWith('https:') && headers.get('strict-transport-security') === null) {
    const says = 'browsers are not told to insist on https (Strict-Transport-Security)';
    found.push(warning(says, 'Set PUBLIC_URL to the https address of the server.'));
  }
  return found.length > 0 ? found : [ok('has the headers that camera and page need')];
}

/** The program speaks http: where https arrives, a proxy ends it. */
function checkProxy({ trustedProxies }: Config, address: string): Finding[] {
  const proxies = findings('proxy');
  if (!address.startsWith('https:')) return [];
  return [
    trustedProxies.length > 0
      ? proxies.ok(`X-Forwarded-For is believed of ${trustedProxies.join(', ')}`)
      : proxies.warning(
          'https ends in a proxy, and no proxy is trusted: all clients share the budget of its address',
          'Set TRUSTED_PROXIES to its address, and let it send X-Forwarded-For.',
        ),
  ];
}

/** A handshake without a ticket: the server refuses it in words of its own, a proxy that does not upgrade in others. */
async function checkSocket(address: string): Promise<Finding> {
  const socket = findings('live sessions');
  const code = await refusalOfHandshake(new URL('/user/live-verification', address));
  if (code === 'invalid_token') return socket.ok('WebSockets reach the server');
  return socket.warning(
    `WebSockets do not reach the server (${code}): live sessions fall back to single calls, which is slower`,
    'Let the proxy pass Upgrade and Connection on.',
  );
}

function refusalOfHandshake(url: URL): Promise<string> {
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve) => {
    const handshake = request(url, {
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
        'sec-websocket-protocol': 'vultus.live.v1',
      },
    });
    handshake.once('upgrade', (_, socket) => {
      socket.destroy();
      resolve('it was accepted without a ticket');
    });
    handshake.once('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.once('error', () => {
        resolve('it broke off');
      });
      answer.once('end', () => {
        const code = /"code":"(\w+)"/.exec(text)?.[1];
        resolve(code ?? `status ${answer.statusCode}`);
      });
    });
    handshake.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.name);
    });
    handshake.end();
  });
}

/** @returns why there is no answer */
async function ask(url: URL): Promise<Response | string> {
  try {
    const answer = await fetch(url, {
      // As a browser that opens a page: the server gives it to nobody else.
      headers: { accept: 'text/html, */*' },
      signal: AbortSignal.timeout(PATIENCE_MS),
      redirect: 'manual',
    });
    await answer.body?.cancel();
    return answer;
  } catch (error) {
    const { cause, name } = error as Error;
    return (cause as NodeJS.ErrnoException | undefined)?.code ?? name;
  }
}
