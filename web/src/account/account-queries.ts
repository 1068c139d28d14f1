import { useQuery, useQueryClient } from '@tanstack/react-query';

import { client } from '../client.js';

/** What belongs to the account that is signed in, by the name under which it is kept. */
const READ = {
  passkeys: () => client.passkeys(),
  codes: () => client.recoveryCodes(),
  sessions: () => client.sessions(),
  notices: () => client.notices(),
  consent: () => client.consent(),
} as const;

type Name = keyof typeof READ;

export function usePasskeys() {
  return useQuery({ queryKey: ['passkeys'], queryFn: READ.passkeys });
}

export function useRecoveryCodesLeft() {
  return useQuery({ queryKey: ['codes'], queryFn: READ.codes });
}

export function useSessions() {
  return useQuery({ queryKey: ['sessions'], queryFn: READ.sessions });
}

export function useNotices() {
  return useQuery({ queryKey: ['notices'], queryFn: READ.notices });
}

export function useConsent() {
  return useQuery({ queryKey: ['consent'], queryFn: READ.consent });
}

/** @returns has what something has changed read anew; notices always, for most changes leave one */
export function useReadAnew(): (...names: Name[]) => void {
  const queries = useQueryClient();
  return (...names) => {
    for (const name of [...names, 'notices']) void queries.invalidateQueries({ queryKey: [name] });
  };
}
