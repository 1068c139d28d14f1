import { useMutation } from '@tanstack/react-query';
import { isProblem } from '@vultus/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';

import { client } from '../client.js';
import { Button } from '../design/button.js';
import { Mark } from '../design/mark.js';
import { ProblemCallout } from '../design/problem-callout.js';
import { useAccount, useSession } from '../session.js';
import { chooseLanguage, useLanguage } from '../texts/language.js';
import styles from './shell.module.css';
import { ThemeSwitch } from './theme-switch.js';

/** What stands around every page. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div className={styles['shell']}>
      <a className={`${styles['skip'] ?? ''} not-printed`} href="#content">
        {t('shell.skip')}
      </a>
      <Header />
      <main id="content" tabIndex={-1} className={styles['main']}>
        {children}
      </main>
      <footer className={`${styles['foot'] ?? ''} not-printed`}>
        <div className={styles['row']}>
          <p className={styles['promise']}>{t('shell.privacy')}</p>
          <a href="/docs">{t('shell.documentation')}</a>
          <ThemeSwitch />
        </div>
      </footer>
    </div>
  );
}

function Header() {
  const { t } = useTranslation();
  const language = useLanguage();
  const { data: user } = useAccount();
  const other = language === 'de' ? 'en' : 'de';
  return (
    <header className={`${styles['bar'] ?? ''} not-printed`}>
      <div className={styles['row']}>
        <Link href="/" className={styles['home']} aria-label={t('shell.home')}>
          <Mark />
          <span className={styles['name']}>{t('common.appName')}</span>
        </Link>
        <Button
          kind="quiet"
          lang={other}
          onClick={() => {
            chooseLanguage(other);
          }}
        >
          {t('shell.language')}
        </Button>
        {user && <SignOut />}
      </div>
    </header>
  );
}

function SignOut() {
  const { t } = useTranslation();
  const { signedOut } = useSession();
  const [, navigate] = useLocation();
  const signOut = useMutation({
    mutationFn: () => client.signOut().catch(unlessSignedOut),
    onSuccess: () => {
      navigate('/');
      signedOut('signed_out');
    },
  });
  return (
    <>
      <Button
        kind="quiet"
        working={signOut.isPending}
        onClick={() => {
          signOut.mutate();
        }}
      >
        {t('shell.signOut')}
      </Button>
      <ProblemCallout error={signOut.error} />
    </>
  );
}

/** Whose session has ended is where they wanted to be. */
function unlessSignedOut(error: unknown): void {
  if (!isProblem(error, 'invalid_token')) throw error;
}
