/** `authorization` is a session's, `verification` of a sign-in that waits for its second factor, `device` of this device. */
export type TokenKind = 'authorization' | 'verification' | 'device';

/** Where a client with bearer tokens keeps them. */
export interface TokenStore {
  get(kind: TokenKind): string | undefined;
  set(kind: TokenKind, token: string | undefined): void;
}

/** Forgotten with the page or the process. */
export class MemoryTokens implements TokenStore {
  readonly #tokens: Map<TokenKind, string>;

  constructor(tokens: Partial<Record<TokenKind, string>> = {}) {
    this.#tokens = new Map(Object.entries(tokens) as [TokenKind, string][]);
  }

  get(kind: TokenKind): string | undefined {
    return this.#tokens.get(kind);
  }

  set(kind: TokenKind, token: string | undefined): void {
    if (token === undefined) this.#tokens.delete(kind);
    else this.#tokens.set(kind, token);
  }
}

/** Calls that complete a sign-in. */
const WITH_VERIFICATION: ReadonlySet<string> = new Set([
  '/user/auth/verification',
  '/user/auth/recovery-code',
  '/user/auth/passkey',
  '/user/auth/passkey/options',
  '/user/image/compare-faces',
  '/user/faces/compare-faces',
  '/user/live-verification',
  '/user/live-verification/completion',
]);

const WITHOUT_TOKEN = /^\/(health\/.*|user\/auth\/(sign-up|sign-in|device.*))$/;

/** @param path as in the OpenAPI document */
export function tokenKindOf(path: string): 'authorization' | 'verification' | undefined {
  if (WITH_VERIFICATION.has(path)) return 'verification';
  return WITHOUT_TOKEN.test(path) ? undefined : 'authorization';
}
