import { parseSetCookie } from 'cookie';

/** As much of a browser as cookies need: it keeps them, sends them back, and says where its page is from. */
export class Browser {
  readonly cookies = new Map<string, string>();
  /** Every body and header that it was answered, for what must not be in them. */
  readonly seen: string[] = [];

  /** @param page headers that the page's origin makes the browser send */
  constructor(
    private readonly url: string,
    private readonly page: Readonly<Record<string, string>> = { 'sec-fetch-site': 'same-origin' },
  ) {}

  async send(
    method: string,
    path: string,
    { json, body, headers }: { json?: unknown; body?: FormData; headers?: Record<string, string> } = {},
  ): Promise<{ status: number; headers: Headers; body: Record<string, unknown>; setCookies: string[] }> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        'vultus-token-transport': 'cookie',
        ...this.page,
        ...(this.cookies.size === 0 ? {} : { cookie: this.cookieHeader() }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      ...(body === undefined ? {} : { body }),
    });
    const setCookies = response.headers.getSetCookie();
    for (const cookie of setCookies) this.#keep(cookie);
    const text = await response.text();
    const others = [...response.headers].filter(([name]) => name !== 'set-cookie');
    this.seen.push(text, JSON.stringify(others));
    return {
      status: response.status,
      headers: response.headers,
      body: JSON.parse(text) as Record<string, unknown>,
      setCookies,
    };
  }

  cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  #keep(header: string): void {
    const { name, value = '', maxAge } = parseSetCookie(header);
    if (maxAge === 0) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
