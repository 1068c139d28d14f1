import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';

import { ButtonLink } from '../design/button.js';
import { Actions, Card } from '../design/card.js';
import { Page } from '../design/page.js';
import { UnseenBanner, useUser } from './account-layout.js';
import { useNotices, usePasskeys, useRecoveryCodesLeft, useSessions } from './account-queries.js';
import styles from './account.module.css';
import { AnotherWayAdvice } from './another-way-advice.js';
import { GROUPS, SECTIONS, type SectionPath } from './sections.js';

export function OverviewPage() {
  const { t } = useTranslation();
  const user = useUser();
  const hasFace = user.fv.length > 0;
  const passkeys = usePasskeys().data;
  return (
    <Page title={t('account.title')} about={t('account.signedInAs', { email: user.email })}>
      <UnseenBanner />
      {!hasFace && passkeys?.length === 0 && <WeakProtection />}
      {hasFace && <AnotherWayAdvice />}
      <Sections />
    </Page>
  );
}

function WeakProtection() {
  const { t } = useTranslation();
  return (
    <Card title={t('account.weakTitle')} about={t('account.weakAbout')}>
      <Actions>
        <ButtonLink href="/account/face/enrol">{t('account.weakFace')}</ButtonLink>
        <ButtonLink href="/account/passkeys" kind="secondary">
          {t('account.weakPasskey')}
        </ButtonLink>
      </Actions>
    </Card>
  );
}

function Sections() {
  const { t } = useTranslation();
  const states = useStates();
  return GROUPS.map((group) => (
    <section key={group} className={styles['group']} aria-labelledby={group}>
      <h2 id={group}>{t(group)}</h2>
      <ul className={styles['rows']}>
        {SECTIONS.filter((section) => section.group === group).map(({ path, title }) => (
          <li key={path}>
            <Link href={path} className={styles['row']}>
              <span className={styles['rowText']}>
                <span className={styles['rowTitle']}>{t(title)}</span>{' '}
                <span className={styles['rowState']}>{states[path]}</span>
              </span>
              <Chevron />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  ));
}

/** How it stands with each section, in a word or two; none as long as it is not known. */
function useStates(): Partial<Record<SectionPath, string | undefined>> {
  const { t } = useTranslation();
  const { fv } = useUser();
  const passkeys = usePasskeys().data?.length;
  const codes = useRecoveryCodesLeft().data?.remaining;
  const sessions = useSessions().data?.length;
  const unseen = useNotices().data?.filter(({ seen }) => !seen).length;
  return {
    '/account/face': fv.length > 0 ? t('account.on') : t('account.off'),
    '/account/passkeys': passkeys === undefined ? undefined : t('account.passkeys', { count: passkeys }),
    '/account/recovery-codes': codes === undefined ? undefined : t('account.codes', { count: codes }),
    '/account/sessions': sessions === undefined ? undefined : t('account.sessions', { count: sessions }),
    '/account/notices': unseen === undefined ? undefined : t('account.notices', { count: unseen }),
  };
}

function Chevron() {
  return (
    <svg
      className={styles['chevron']}
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentcolor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d="m6 3.5 4.5 4.5L6 12.5" />
    </svg>
  );
}
