import { PlatformWebSocket } from '#web-socket';

import type { paths } from './api-types.js';
import { type Api, answerOf, createApi } from './calls.js';
import type { ResultMessage, ServerMessage } from './live/live-messages.js';
import type { LiveSession } from './live/live-session.js';
import { openLiveSession } from './live/open-live-session.js';
import { ServerUnreachable } from './problem.js';
import type * as records from './records.js';
import { MemoryTokens, type TokenStore } from './tokens.js';

export type * from './live/live-messages.js';
export { LiveSession, type LiveMessages, type LiveResult } from './live/live-session.js';
export {
  type FieldError,
  LiveConnectionLost,
  type ProblemBody,
  type ProblemCode,
  ServerUnreachable,
  VultusProblem,
  isConnectionLost,
  isProblem,
} from './problem.js';
export type * from './records.js';
export { MemoryTokens, type TokenKind, type TokenStore } from './tokens.js';
export type { Api, paths };

const TIMEOUT_MS = 30_000;
const COLLECT_AGAIN_MS = 1_000;

export interface ClientOptions {
  /** Where the server is, e.g. `https://accounts.example.org`. In a page: its own origin, unless given. */
  readonly serverUrl?: string;
  /**
   * `cookie`: the server keeps tokens in cookies that no script can read; for browsers, on the server's own origin or
   * one in its `CORS_ORIGINS`. `bearer`, the default: tokens are in `tokens`.
   */
  readonly transport?: 'bearer' | 'cookie';
  /** In memory, unless given. */
  readonly tokens?: TokenStore;
  readonly fetch?: typeof fetch;
  readonly webSocket?: typeof WebSocket;
  /** For one call; 30 seconds unless given. */
  readonly timeoutMs?: number;
}

export interface LiveSessionOptions {
  readonly purpose: 'sign_in' | 'enrolment';
  /** Of the text that the person has agreed to, where they have not agreed before (`consent`). */
  readonly consentVersion?: string;
  readonly via?: 'socket' | 'calls' | 'auto';
  /** Ends the session. */
  readonly signal?: AbortSignal;
}

/**
 * A Vultus server, for one person.
 *
 * Every method throws VultusProblem when the server refuses, and ServerUnreachable when it does not answer.
 */
export class VultusClient {
  readonly serverUrl: string;
  readonly transport: 'bearer' | 'cookie';
  /** Every route as the OpenAPI document has it, for what has no method here. */
  readonly api: Api;
  readonly #tokens: TokenStore | null;
  readonly #webSocket: typeof WebSocket | undefined;

  /** @throws TypeError without a `serverUrl` outside of a page */
  constructor(options: ClientOptions = {}) {
    this.serverUrl = serverUrlOf(options.serverUrl);
    this.transport = options.transport ?? 'bearer';
    this.#tokens = this.transport === 'cookie' ? null : (options.tokens ?? new MemoryTokens());
    this.#webSocket = options.webSocket ?? PlatformWebSocket;
    this.api = createApi({
      serverUrl: this.serverUrl,
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
      fetch: options.fetch ?? ((...call) => fetch(...call)),
      tokens: this.#tokens,
    });
  }

  /** @throws VultusProblem `email_taken`, `validation_failed` with its fields */
  async signUp(credentials: records.Credentials): Promise<records.User> {
    return this.#signedIn(await answerOf(this.api.POST('/user/auth/sign-up', { body: credentials })));
  }

  /** @throws VultusProblem `invalid_credentials`, `too_many_attempts` */
  async signIn(credentials: records.Credentials): Promise<records.SignInOutcome> {
    const body: SignInBody = await answerOf(this.api.POST('/user/auth/sign-in', { body: credentials }));
    if (body.user) return { outcome: 'signed_in', user: this.#signedIn({ ...body, user: body.user }) };
    this.#tokens?.set('verification', body.verification_token);
    return { outcome: 'verification_required' };
  }

  /** What the sign-in that waits can be completed with. */
  verificationMethods(): Promise<records.VerificationMethods> {
    return answerOf(this.api.GET('/user/auth/verification'));
  }

  /** Completes the sign-in with one picture. @param picture JPEG, PNG or WebP */
  async verifyPicture(picture: Blob): Promise<records.User> {
    const { result } = await answerOf(this.api.POST('/user/image/compare-faces', pictureForm(picture)));
    return this.#signedIn(result);
  }

  async useRecoveryCode(code: string): Promise<records.User> {
    return this.#signedIn(await answerOf(this.api.POST('/user/auth/recovery-code', { body: { code } })));
  }

  passkeySignInOptions(): Promise<records.PublicKeyOptions> {
    return answerOf(this.api.POST('/user/auth/passkey/options'));
  }

  async signInWithPasskey(response: records.PasskeyAssertion): Promise<records.User> {
    return this.#signedIn(await answerOf(this.api.POST('/user/auth/passkey', { body: { response } })));
  }

  /** @throws VultusProblem `invalid_token` without a session */
  async account(): Promise<records.User> {
    const { user } = (await answerOf(this.api.GET('/user'))) as { readonly user?: records.User };
    // Whoever guards something with this must not be let on by the answer of another program.
    if (user === undefined) throw new ServerUnreachable('What answered is no Vultus server.');
    return user;
  }

  /** Replaces the token of the session. */
  async refresh(): Promise<void> {
    this.#renewed(await answerOf(this.api.POST('/user/auth/refresh')));
  }

  async signOut(): Promise<void> {
    await answerOf(this.api.POST('/user/auth/revoke-token'));
    this.#tokens?.set('authorization', undefined);
  }

  async sessions(): Promise<records.Session[]> {
    return (await answerOf(this.api.GET('/user/sessions'))).sessions;
  }

  async revokeSession(id: string): Promise<void> {
    await answerOf(this.api.DELETE('/user/sessions/{id}', { params: { path: { id } } }));
  }

  /** @returns how many were ended */
  async revokeOtherSessions(): Promise<number> {
    return (await answerOf(this.api.POST('/user/sessions/revoke-others'))).revoked;
  }

  /** All sessions end; this one goes on under a new token. */
  async changePassword(change: records.PasswordChange): Promise<void> {
    this.#renewed(await answerOf(this.api.POST('/user/password', { body: change })));
  }

  /** Erases the account with all that belongs to it. */
  async eraseAccount(): Promise<records.ErasureReceipt> {
    const { receipt } = await answerOf(this.api.DELETE('/user'));
    this.#tokens?.set('authorization', undefined);
    return receipt;
  }

  /** Erases the face. */
  async disableFace(): Promise<records.User> {
    return (await answerOf(this.api.POST('/user/disable-face-verification'))).user;
  }

  /** Enrols a face from one picture. @returns the reference: 512 numbers of unit length */
  async enrolPicture(
    picture: Blob,
    { consentVersion }: { readonly consentVersion?: string } = {},
  ): Promise<number[]> {
    const call = { ...pictureForm(picture), ...consentHeader(consentVersion) };
    return (await answerOf(this.api.POST('/user/image/image-embedding', call))).fv;
  }

  consent(): Promise<records.Consent> {
    return answerOf(this.api.GET('/user/consent'));
  }

  giveConsent(version: string): Promise<records.Consent> {
    return answerOf(this.api.POST('/user/consent', { body: { version } }));
  }

  /** The face is erased with it. */
  withdrawConsent(): Promise<records.Consent> {
    return answerOf(this.api.DELETE('/user/consent'));
  }

  recoveryCodes(): Promise<records.RecoveryCodesLeft> {
    return answerOf(this.api.GET('/user/recovery-codes'));
  }

  /** They are shown only now; earlier ones are worth nothing any more. */
  makeRecoveryCodes(): Promise<records.RecoveryCodes> {
    return answerOf(this.api.POST('/user/recovery-codes'));
  }

  async passkeys(): Promise<records.Passkey[]> {
    return (await answerOf(this.api.GET('/user/passkeys'))).passkeys;
  }

  passkeyOptions(): Promise<records.PublicKeyOptions> {
    return answerOf(this.api.POST('/user/passkeys/options'));
  }

  async addPasskey(registration: records.PasskeyRegistration): Promise<records.Passkey> {
    return (await answerOf(this.api.POST('/user/passkeys', { body: registration }))).passkey;
  }

  async removePasskey(id: string): Promise<void> {
    await answerOf(this.api.DELETE('/user/passkeys/{id}', { params: { path: { id } } }));
  }

  deviceOptions(): Promise<records.PublicKeyOptions> {
    return answerOf(this.api.POST('/user/auth/device/options'));
  }

  /** Makes this device a known one, whose attempts are not counted with those of strangers. */
  async recogniseDevice(response: records.PasskeyAssertion): Promise<void> {
    await answerOf(this.api.POST('/user/auth/device', { body: { response } }));
  }

  exportData(): Promise<records.AccountExport> {
    return answerOf(this.api.GET('/user/export'));
  }

  async notices(): Promise<records.Notice[]> {
    return (await answerOf(this.api.GET('/user/notices'))).notices;
  }

  async markNoticesSeen(ids: readonly string[]): Promise<records.Notice[]> {
    return (await answerOf(this.api.POST('/user/notices/seen', { body: { ids: [...ids] } }))).notices;
  }

  /**
   * Opens a live session: it completes the sign-in that waits, or enrols the face of who is signed in.
   *
   * @throws VultusProblem `live_check_not_offered`: go on with pictures; LiveConnectionLost
   */
  openLiveSession({ purpose, consentVersion, via, signal }: LiveSessionOptions): Promise<LiveSession> {
    const path = purpose === 'sign_in' ? '/user/live-verification' : '/user/live-enrolment';
    return openLiveSession({
      via: via ?? 'auto',
      serverUrl: this.serverUrl,
      webSocket: this.#webSocket,
      ticket: () => answerOf(this.api.POST(path, consentHeader(consentVersion))),
      exchange:
        ({ id, ticket }) =>
        async (form) => {
          const call = { body: {}, ...formBody(form), params: { path: { id } }, headers: bearer(ticket) };
          const { messages } = await answerOf(this.api.POST(`${path}/{id}/frames`, call));
          return messages as ServerMessage[];
        },
      settle: (result) => this.#settle(result),
      signal,
    });
  }

  async #settle({ user, token, completion }: ResultMessage & { outcome: 'passed' }): Promise<records.User> {
    if (completion === undefined) return token === undefined ? user : this.#signedIn({ user, token });
    const collect = async () => {
      const call = this.api.POST('/user/live-verification/completion', { body: { completion } });
      return (await answerOf(call)).user;
    };
    try {
      return await collect();
    } catch (error) {
      if (!(error instanceof ServerUnreachable)) throw error;
      // The check was passed: it must not be lost with one call. The completion is good for half a minute.
      await new Promise((resolve) => setTimeout(resolve, COLLECT_AGAIN_MS));
      return collect();
    }
  }

  #signedIn({ user, token }: SignedIn): records.User {
    this.#tokens?.set('authorization', token);
    this.#tokens?.set('verification', undefined);
    return user;
  }

  #renewed({ token }: { readonly token?: string }): void {
    this.#tokens?.set('authorization', token);
  }
}

interface SignedIn {
  readonly user: records.User;
  readonly token?: string | undefined;
}

/** Of 200 and of 210, which is a status that generated types do not know as a success. */
type SignInBody = Partial<SignedIn> & { readonly verification_token?: string };

function serverUrlOf(given: string | undefined): string {
  const page = globalThis as { readonly location?: Location };
  const url = given ?? page.location?.origin;
  if (url === undefined)
    throw new TypeError('Say where the Vultus server is: new VultusClient({ serverUrl })');
  // Of a page also what is relative to it.
  return new URL(url, page.location?.href).href.replace(/\/+$/, '');
}

function bearer(token: string) {
  return { authorization: `Bearer ${token}` };
}

function consentHeader(version: string | undefined) {
  return version === undefined ? {} : { params: { header: { 'vultus-consent': version } } };
}

function pictureForm(picture: Blob) {
  const form = new FormData();
  form.append('file', picture, 'picture');
  return { body: { file: '' }, ...formBody(form) };
}

/** The form goes as it is, with the boundary that the platform gives it. */
function formBody(form: FormData) {
  return { bodySerializer: () => form };
}
