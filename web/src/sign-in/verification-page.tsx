import { useTranslation } from 'react-i18next';
import { useLocation, useSearchParams } from 'wouter';

import { Page } from '../design/page.js';
import { useSession } from '../session.js';
import { withNext } from './next-page.js';
import styles from './sign-in.module.css';
import { VerificationWays } from './verification-ways.js';

/** Between the password and being signed in. */
export function VerificationPage() {
  const { t } = useTranslation();
  const { signedIn } = useSession();
  const [, navigate] = useLocation();
  const [search] = useSearchParams();
  return (
    <div className={styles['column']}>
      <Page title={t('verification.title')}>
        <VerificationWays
          onSignedIn={signedIn}
          onStartOver={() => {
            navigate(withNext('/sign-in', search.get('next')));
          }}
        />
      </Page>
    </div>
  );
}
