import net from 'node:net';

/** Whatever came back before the server closed the connection, or before the time was up. */
export interface RawAnswer {
  readonly text: string;
  /** Of the answers in it, in their order. */
  readonly statuses: readonly number[];
  readonly closed: boolean;
}

/** Sends bytes as they are, which no HTTP client would. @param wait milliseconds to listen at most */
export function sendRaw(url: string, request: string | Buffer, wait = 2_000): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), hostname);
    let text = '';
    let closed = false;
    const done = () => {
      clearTimeout(timer);
      socket.destroy();
      const statuses = [...text.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map(([, status]) => Number(status));
      resolve({ text, statuses, closed });
    };
    const timer = setTimeout(done, wait);
    socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      closed = true;
      done();
    });
    socket.write(request);
  });
}

/** @returns how long the server takes to answer somebody else, in milliseconds */
export async function answerTime(url: string): Promise<number> {
  const began = performance.now();
  const { ok } = await fetch(`${url}/health/live`);
  if (!ok) throw new Error('the server does not answer');
  return performance.now() - began;
}
