import type { User } from '@vultus/client';
import { type ReactNode, createContext, use } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Redirect, useLocation } from 'wouter';

import { Callout } from '../design/callout.js';
import { Loaded } from '../design/loaded.js';
import { Page } from '../design/page.js';
import { RecentSignInProvider } from '../sign-in/recent-sign-in.js';
import { withNext } from '../sign-in/next-page.js';
import { useAccount } from '../session.js';
import { useNotices } from './account-queries.js';
import styles from './account.module.css';
import { SECTIONS } from './sections.js';

const UserContext = createContext<User | null>(null);

/** @returns who is signed in; for what is shown within the layout */
export function useUser(): User {
  const user = use(UserContext);
  if (!user) throw new Error('outside of AccountLayout');
  return user;
}

/** For those who are signed in; others are led to the sign-in, and from there back here. */
export function AccountLayout({ children }: { readonly children: ReactNode }) {
  const account = useAccount();
  const [path] = useLocation();
  return (
    <Loaded query={account} lines={6}>
      {(user) =>
        user ? (
          <UserContext key={user.id} value={user}>
            <RecentSignInProvider>
              <div className={styles['layout']}>
                <Navigation />
                {children}
              </div>
            </RecentSignInProvider>
          </UserContext>
        ) : (
          <Redirect to={withNext('/sign-in', path)} replace />
        )
      }
    </Loaded>
  );
}

function Navigation() {
  const { t } = useTranslation();
  const unseen = useUnseen();
  return (
    <nav className={`${styles['nav'] ?? ''} not-printed`} aria-label={t('account.navigation')}>
      <NavigationLink path="/account" title={t('account.overview')} />
      {SECTIONS.map(({ path, title }) => (
        <NavigationLink
          key={path}
          path={path}
          title={t(title)}
          count={path === '/account/notices' ? unseen : 0}
        />
      ))}
    </nav>
  );
}

interface NavigationLinkProps {
  readonly path: string;
  readonly title: string;
  readonly count?: number;
}

function NavigationLink({ path, title, count = 0 }: NavigationLinkProps) {
  const { t } = useTranslation();
  const [current] = useLocation();
  const isCurrent = path === '/account' ? current === path : current.startsWith(path);
  return (
    <Link href={path} className={styles['link']} aria-current={isCurrent ? 'page' : undefined}>
      {title}
      {count > 0 && (
        <span className={styles['count']}>
          <span aria-hidden="true">{count}</span>
          <span className="visually-hidden">{t('account.notices', { count })}</span>
        </span>
      )}
    </Link>
  );
}

interface AccountPageProps {
  readonly title: string;
  readonly about?: string;
  readonly children: ReactNode;
}

/** A section: where there is no room for the navigation, it has a way back to the overview. */
export function AccountPage({ title, about, children }: AccountPageProps) {
  const { t } = useTranslation();
  const back = (
    <Link href="/account" className={`${styles['back'] ?? ''} not-printed`}>
      ← {t('common.back')}
    </Link>
  );
  return (
    <Page title={title} about={about} before={back}>
      <UnseenBanner />
      {children}
    </Page>
  );
}

/** On every page of the account but that of the notices themselves. */
export function UnseenBanner() {
  const { t } = useTranslation();
  const [path] = useLocation();
  const count = useUnseen();
  if (count === 0 || path === '/account/notices') return null;
  return (
    <div className="not-printed">
      <Callout kind="info">
        <p className={styles['banner']}>
          {t('account.unseen', { count })} <Link href="/account/notices">{t('account.unseenLink')}</Link>
        </p>
      </Callout>
    </div>
  );
}

function useUnseen(): number {
  return useNotices().data?.filter(({ seen }) => !seen).length ?? 0;
}
