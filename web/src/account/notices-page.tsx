import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Notice } from '@vultus/client';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';

import { client } from '../client.js';
import { Button } from '../design/button.js';
import { Loaded } from '../design/loaded.js';
import { focusHeadingIfLost } from '../design/page.js';
import { ProblemCallout } from '../design/problem-callout.js';
import { useDateFormat } from '../texts/dates.js';
import { useLanguage } from '../texts/language.js';
import { AccountPage } from './account-layout.js';
import { useNotices } from './account-queries.js';
import styles from './account.module.css';
import { noticeText } from './notice-text.js';
import { StateLine } from './state-line.js';

/** As many as the server takes in one call. */
const MOST_AT_ONCE = 100;

export function NoticesPage() {
  const { t } = useTranslation();
  const notices = useNotices();
  return (
    <AccountPage title={t('noticesSection.title')} about={t('noticesSection.about')}>
      <Loaded query={notices} lines={5}>
        {(list) => (list.length === 0 ? <NoNotices /> : <Notices notices={list} />)}
      </Loaded>
    </AccountPage>
  );
}

function NoNotices() {
  const { t } = useTranslation();
  return (
    <div className={styles['rows']}>
      <div className={styles['item']}>
        <StateLine on={false} title={t('noticesSection.none')}>
          {t('noticesSection.noneMore')}
        </StateLine>
      </div>
    </div>
  );
}

function Notices({ notices }: { readonly notices: readonly Notice[] }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const mark = useMutation({
    mutationFn: (ids: readonly string[]) => client.markNoticesSeen(ids.slice(0, MOST_AT_ONCE)),
    onSuccess: (list) => {
      queries.setQueryData(['notices'], list);
    },
  });
  // The button that was pressed goes with what it marked.
  useEffect(() => {
    if (mark.isSuccess) focusHeadingIfLost();
  }, [mark.isSuccess, notices]);
  const unseen = notices.filter(({ seen }) => !seen);
  const seen = notices.filter((notice) => notice.seen);
  return (
    <>
      <ProblemCallout error={mark.error} />
      {unseen.length > 0 && (
        <NoticeList title={t('noticesSection.unseen')} notices={unseen} onSeen={mark.mutate}>
          {unseen.length > 1 && (
            <div>
              <Button
                kind="secondary"
                working={mark.isPending}
                onClick={() => {
                  mark.mutate(unseen.map(({ id }) => id));
                }}
              >
                {t('noticesSection.markAll')}
              </Button>
            </div>
          )}
        </NoticeList>
      )}
      {seen.length > 0 && <NoticeList title={t('noticesSection.seen')} notices={seen} />}
    </>
  );
}

interface NoticeListProps {
  readonly title: string;
  readonly notices: readonly Notice[];
  /** For those that are not marked as seen yet. */
  readonly onSeen?: (ids: readonly string[]) => void;
  readonly children?: React.ReactNode;
}

function NoticeList({ title, notices, onSeen, children }: NoticeListProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const formatDate = useDateFormat();
  return (
    <section className={styles['group']} aria-label={title}>
      <h2>{title}</h2>
      <ul className={styles['rows']}>
        {notices.map((notice) => (
          <li key={notice.id} className={styles['item']}>
            <div className={styles['itemText']}>
              <p>{noticeText(notice, language)}</p>
              <p className={styles['small']}>{formatDate(notice.created_at)}</p>
            </div>
            {onSeen && (
              <Button
                kind="quiet"
                aria-label={t('noticesSection.markNamed', { text: noticeText(notice, language) })}
                onClick={() => {
                  onSeen([notice.id]);
                }}
              >
                {t('noticesSection.mark')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {children}
    </section>
  );
}
