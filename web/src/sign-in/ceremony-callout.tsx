import { useTranslation } from 'react-i18next';

import { Callout } from '../design/callout.js';
import { ProblemCallout } from '../design/problem-callout.js';
import { CeremonyError } from './passkey-ceremony.js';

/** What went wrong with a passkey, at the browser or at the server. */
export function CeremonyCallout({ error }: { readonly error: Error | null }) {
  const { t } = useTranslation();
  if (!(error instanceof CeremonyError)) return <ProblemCallout error={error} />;
  return (
    <Callout kind={error.failure === 'cancelled' ? 'info' : 'danger'} role="alert">
      <p>{t(`passkey.${error.failure}`)}</p>
    </Callout>
  );
}
