import { type ErasureReceipt, type User, isProblem } from '@vultus/client';
import {
  MutationCache,
  QueryCache,
  QueryClient,
  QueryClientProvider,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { type ReactNode, createContext, use, useCallback, useMemo, useState } from 'react';

import { client } from './client.js';
import { mayBeSignedIn, rememberSignedIn } from './signed-in-hint.js';
import { isTransient } from './transient.js';

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: Meta;
    mutationMeta: Meta;
  }
}

/** `invalid_token` is about a sign-in that waits, not about the session. */
interface Meta extends Record<string, unknown> {
  readonly ofPendingSignIn?: true;
}

/** Why somebody who was signed in is not any more. */
export type SignedOutBecause = 'signed_out' | 'session_ended';

interface Session {
  readonly signedOutBecause: SignedOutBecause | null;
  /** What was typed as address: it goes along from form to form. */
  readonly email: string;
  readonly setEmail: (email: string) => void;
  /** Of the account that was just erased, as long as the page is open. */
  readonly receipt: ErasureReceipt | null;
  readonly signedIn: (user: User) => void;
  readonly signedOut: (because: SignedOutBecause) => void;
  readonly erased: (receipt: ErasureReceipt) => void;
}

const SessionContext = createContext<Session | null>(null);
const ACCOUNT = ['account'] as const;

/** Who is signed in, and everything that was read from the server. */
export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const [because, setBecause] = useState<SignedOutBecause | null>(null);
  const [email, setEmail] = useState('');
  const [receipt, setReceipt] = useState<ErasureReceipt | null>(null);
  const [queries] = useState(() =>
    createQueries(() => {
      setBecause('session_ended');
    }),
  );
  const session = useMemo<Session>(
    () => ({
      signedOutBecause: because,
      email,
      setEmail,
      receipt,
      signedIn: (user) => {
        setBecause(null);
        setReceipt(null);
        enter(queries, user);
      },
      signedOut: (reason) => {
        setBecause(reason);
        if (reason === 'signed_out') setEmail('');
        leave(queries);
      },
      erased: (erasure) => {
        setBecause(null);
        setEmail('');
        setReceipt(erasure);
        leave(queries);
      },
    }),
    [because, email, receipt, queries],
  );
  return (
    <QueryClientProvider client={queries}>
      <SessionContext value={session}>{children}</SessionContext>
    </QueryClientProvider>
  );
}

export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error('outside of SessionProvider');
  return session;
}

/** Data is null when nobody is signed in. */
export function useAccount() {
  return useQuery({
    queryKey: ACCOUNT,
    queryFn: async ({ client: queries }) => {
      if (!queries.getQueryData<User | null>(ACCOUNT) && !mayBeSignedIn()) return null;
      try {
        const user = await client.account();
        rememberSignedIn(true);
        // Somebody else has signed in, in another window of this browser: what was read for the one before is not theirs.
        const before = queries.getQueryData<User | null>(ACCOUNT);
        if (before && before.id !== user.id) forget(queries);
        return user;
      } catch (error) {
        // Nobody was signed in to begin with; where somebody was, the cache hears of it.
        const wasSignedIn = Boolean(queries.getQueryData<User | null>(ACCOUNT));
        if (wasSignedIn || !isProblem(error, 'invalid_token')) throw error;
        rememberSignedIn(false);
        return null;
      }
    },
  });
}

/** @returns puts a changed account in the place of the one that is shown */
export function useAccountUpdate(): (user: User) => void {
  const queries = useQueryClient();
  return useCallback(
    (user) => {
      queries.setQueryData(ACCOUNT, user);
    },
    [queries],
  );
}

function createQueries(onSessionEnded: () => void): QueryClient {
  const look = (error: Error, meta: Meta | undefined) => {
    if (meta?.ofPendingSignIn || !isProblem(error, 'invalid_token')) return;
    if (queries.getQueryData(ACCOUNT)) onSessionEnded();
    leave(queries);
  };
  const queries: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, { meta }) => {
        look(error, meta);
      },
    }),
    mutationCache: new MutationCache({
      onError: (error, _variables, _result, { meta }) => {
        look(error, meta);
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (failures, error) => failures < 2 && isTransient(error),
        retryDelay: (failures) => 800 * (failures + 1),
        // Being offline is an answer, too: it is shown, with a way to try again.
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
  return queries;
}

function enter(queries: QueryClient, user: User): void {
  // An answer that is under way is about who was signed in before.
  void queries.cancelQueries({ queryKey: ACCOUNT });
  const before = queries.getQueryData<User | null>(ACCOUNT);
  if (before?.id === user.id) void queries.invalidateQueries();
  else forget(queries);
  queries.setQueryData(ACCOUNT, user);
  rememberSignedIn(true);
}

function leave(queries: QueryClient): void {
  void queries.cancelQueries({ queryKey: ACCOUNT });
  queries.setQueryData(ACCOUNT, null);
  rememberSignedIn(false);
  forget(queries);
}

/** What was read for one person is nothing for the next. */
function forget(queries: QueryClient): void {
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== ACCOUNT[0] });
}
