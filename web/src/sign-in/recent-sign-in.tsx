import { type UseMutationResult, useMutation } from '@tanstack/react-query';
import { isProblem } from '@vultus/client';
import { type ReactNode, createContext, use, useCallback, useMemo, useState } from 'react';

import { ReauthenticationDialog } from './reauthentication-dialog.js';
import { SignInCancelled } from './sign-in-cancelled.js';

interface RecentSignIn {
  /** Asks the person to sign in again. @throws SignInCancelled */
  readonly signInAgain: () => Promise<void>;
  /** Runs the action; where the server wants a recent sign-in for it, asks for one and runs it once more. */
  readonly withRecentSignIn: <Result>(action: () => Promise<Result>) => Promise<Result>;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (reason: SignInCancelled) => void;
}

const RecentSignInContext = createContext<RecentSignIn | null>(null);

export function RecentSignInProvider({ children }: { readonly children: ReactNode }) {
  const [waiting, setWaiting] = useState<Waiting | null>(null);
  const signInAgain = useCallback(
    () =>
      new Promise<void>((resolve, reject) => {
        setWaiting((earlier) => {
          earlier?.reject(new SignInCancelled());
          return { resolve, reject };
        });
      }),
    [],
  );
  const value = useMemo<RecentSignIn>(
    () => ({
      signInAgain,
      withRecentSignIn: async (action) => {
        try {
          return await action();
        } catch (error) {
          if (!isProblem(error, 'reauthentication_required')) throw error;
          await signInAgain();
          return action();
        }
      },
    }),
    [signInAgain],
  );
  return (
    <RecentSignInContext value={value}>
      {children}
      {waiting && (
        <ReauthenticationDialog
          onSignedIn={() => {
            setWaiting(null);
            waiting.resolve();
          }}
          onCancel={() => {
            setWaiting(null);
            waiting.reject(new SignInCancelled());
          }}
        />
      )}
    </RecentSignInContext>
  );
}

export function useRecentSignIn(): RecentSignIn {
  const value = use(RecentSignInContext);
  if (!value) throw new Error('outside of RecentSignInProvider');
  return value;
}

/** A mutation of what protects the account: the person may be asked to sign in again, and it goes on by itself. */
export function useProtectedMutation<Result, Variables = void>(
  run: (variables: Variables) => Promise<Result>,
  onSuccess: (result: Result, variables: Variables) => void,
): UseMutationResult<Result, Error, Variables> {
  const { withRecentSignIn } = useRecentSignIn();
  return useMutation({
    mutationFn: (variables: Variables) => withRecentSignIn(() => run(variables)),
    onSuccess,
  });
}
