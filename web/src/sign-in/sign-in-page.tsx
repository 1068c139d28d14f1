import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useSearchParams } from 'wouter';

import { Callout } from '../design/callout.js';
import { FormFoot } from '../design/form.js';
import { Page } from '../design/page.js';
import { useSession } from '../session.js';
import { withNext } from './next-page.js';
import { SignInForm } from './sign-in-form.js';
import styles from './sign-in.module.css';

export function SignInPage() {
  const { t } = useTranslation();
  return (
    <div className={styles['narrow']}>
      <Page title={t('signIn.title')}>
        <SignInSheet />
      </Page>
    </div>
  );
}

/** The form, why it is needed, and the way to an account for those who have none. */
export function SignInSheet({ heading }: { readonly heading?: ReactNode }) {
  const { t } = useTranslation();
  const { signedIn } = useSession();
  const [, navigate] = useLocation();
  const [search] = useSearchParams();
  return (
    <div className={styles['sheet']}>
      {heading}
      <Reason wanted={search.has('next')} />
      <SignInForm
        submit={t('signIn.submit')}
        onSignedIn={signedIn}
        onVerification={() => {
          navigate(withNext('/sign-in/verification', search.get('next')));
        }}
      />
      <FormFoot>
        {t('signIn.newHere')} <Link href="/sign-up">{t('signIn.toSignUp')}</Link>
      </FormFoot>
    </div>
  );
}

function Reason({ wanted }: { readonly wanted: boolean }) {
  const { t } = useTranslation();
  const { signedOutBecause } = useSession();
  if (signedOutBecause === 'session_ended') {
    return (
      <Callout kind="caution" role="status">
        {t('signIn.sessionEnded')}
      </Callout>
    );
  }
  if (signedOutBecause === 'signed_out') {
    return (
      <Callout kind="good" role="status">
        {t('signIn.signedOut')}
      </Callout>
    );
  }
  return wanted ? <Callout kind="info">{t('signIn.required')}</Callout> : null;
}
