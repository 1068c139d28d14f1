import { MemoryTokens, VultusClient } from '@vultus/client';

import type { Purpose } from './check-state.js';

/** A client for the element's own calls, and the tokens that it has come by. */
export interface ElementClient {
  readonly client: VultusClient;
  /** Of the session that was gained; undefined with cookies. */
  authorizationToken(): string | undefined;
}

export interface ClientAttributes {
  readonly serverUrl: string | null;
  readonly transport: string | null;
  readonly token: string | null;
  readonly purpose: Purpose;
}

export function clientOf({ serverUrl, transport, token, purpose }: ClientAttributes): ElementClient {
  const server = serverUrl === null ? {} : { serverUrl };
  if (transport === 'cookie') {
    return {
      client: new VultusClient({ ...server, transport: 'cookie' }),
      authorizationToken: () => undefined,
    };
  }
  const kind = purpose === 'sign_in' ? 'verification' : 'authorization';
  const tokens = new MemoryTokens(token === null ? {} : { [kind]: token });
  return {
    client: new VultusClient({ ...server, tokens }),
    authorizationToken: () => tokens.get('authorization'),
  };
}
