import { useMutation } from '@tanstack/react-query';
import { type Session, isProblem } from '@vultus/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { client } from '../client.js';
import { Button } from '../design/button.js';
import { ConfirmDialog } from '../design/dialog.js';
import { DoneCallout } from '../design/done-callout.js';
import { Loaded } from '../design/loaded.js';
import { ProblemCallout } from '../design/problem-callout.js';
import { useDateFormat } from '../texts/dates.js';
import { useLanguage } from '../texts/language.js';
import { AccountPage } from './account-layout.js';
import { useReadAnew, useSessions } from './account-queries.js';
import styles from './account.module.css';
import { deviceText } from './device-text.js';

export function SessionsPage() {
  const { t } = useTranslation();
  const sessions = useSessions();
  const [done, setDone] = useState<string | null>(null);
  return (
    <AccountPage title={t('sessionsSection.title')} about={t('sessionsSection.about')}>
      <DoneCallout words={done} />
      <Loaded query={sessions} lines={5}>
        {(list) => (
          <>
            <ul className={styles['rows']} aria-label={t('sessionsSection.title')}>
              {currentFirst(list).map((session) => (
                <SessionItem key={session.id} session={session} onEnded={setDone} />
              ))}
            </ul>
            {list.length > 1 ? (
              <EndOthers onEnded={setDone} />
            ) : (
              <p className={styles['small']}>{t('sessionsSection.onlyThis')}</p>
            )}
          </>
        )}
      </Loaded>
    </AccountPage>
  );
}

interface Ending {
  /** @param done what was done, in words; null while it is being done */
  readonly onEnded: (done: string | null) => void;
}

function SessionItem({ session, onEnded }: Ending & { readonly session: Session }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const formatDate = useDateFormat();
  const readAnew = useReadAnew();
  const end = useMutation({
    // Who wants it ended has what they want when it has ended by itself.
    mutationFn: () =>
      client.revokeSession(session.id).catch((error: unknown) => {
        if (!isProblem(error, 'session_not_found')) throw error;
      }),
    onSuccess: () => {
      onEnded(t('sessionsSection.endDone'));
      readAnew('sessions');
    },
  });
  const device = deviceText(session.device, language) ?? t('sessionsSection.unknownDevice');
  const date = formatDate(session.authenticated_at);
  const methods = useMethods(session.methods);
  return (
    <li className={styles['item']}>
      <div className={styles['itemText']}>
        <p className={styles['itemTitle']}>
          {device}
          {session.current && <span className={styles['tag']}>{t('sessionsSection.current')}</span>}
        </p>
        <p className={styles['small']}>{t('sessionsSection.signedIn', { date, methods })}</p>
        <p className={styles['small']}>
          {t('sessionsSection.lastUsed', { date: formatDate(session.last_used_at) })}
        </p>
        <ProblemCallout error={end.error} />
      </div>
      {!session.current && (
        <Button
          kind="secondary"
          working={end.isPending}
          aria-label={t('sessionsSection.endNamed', { device, date })}
          onClick={() => {
            onEnded(null);
            end.mutate();
          }}
        >
          {t('sessionsSection.end')}
        </Button>
      )}
    </li>
  );
}

/** RFC 8176, as far as this server has them; what a newer one has stands as it is. */
function useMethods(methods: readonly string[]): string {
  const { t } = useTranslation();
  const language = useLanguage();
  const known = ['pwd', 'face', 'pop', 'otp'] as const;
  const words = methods.map((method) => {
    const name = known.find((one) => one === method);
    return name ? t(`sessionsSection.${name}`) : method;
  });
  return new Intl.ListFormat(language).format(words);
}

function EndOthers({ onEnded }: Ending) {
  const { t } = useTranslation();
  const readAnew = useReadAnew();
  const [asks, setAsks] = useState(false);
  const end = useMutation({
    mutationFn: () => client.revokeOtherSessions(),
    onSuccess: (count) => {
      setAsks(false);
      onEnded(t('sessionsSection.othersDone', { count }));
      readAnew('sessions');
    },
  });
  return (
    <div>
      <Button
        kind="secondary"
        onClick={() => {
          setAsks(true);
        }}
      >
        {t('sessionsSection.endOthers')}
      </Button>
      {asks && (
        <ConfirmDialog
          title={t('sessionsSection.endOthersTitle')}
          confirm={t('sessionsSection.endOthers')}
          working={end.isPending}
          error={end.error}
          onConfirm={() => {
            end.mutate();
          }}
          onClose={() => {
            setAsks(false);
          }}
        >
          <p>{t('sessionsSection.endOthersMore')}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}

function currentFirst(sessions: readonly Session[]): Session[] {
  return [...sessions].sort(
    (a, b) => Number(b.current) - Number(a.current) || b.last_used_at.localeCompare(a.last_used_at),
  );
}
