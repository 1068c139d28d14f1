import type { Consent } from '@vultus/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { client } from '../client.js';
import { Button, ButtonLink } from '../design/button.js';
import { Actions, Card } from '../design/card.js';
import { ConfirmDialog } from '../design/dialog.js';
import { DoneCallout } from '../design/done-callout.js';
import { Loaded } from '../design/loaded.js';
import { useAccountUpdate } from '../session.js';
import { useProtectedMutation } from '../sign-in/recent-sign-in.js';
import { useDateFormat } from '../texts/dates.js';
import { AccountPage, useUser } from './account-layout.js';
import { useConsent, usePasskeys, useReadAnew } from './account-queries.js';
import styles from './account.module.css';
import { AnotherWayAdvice } from './another-way-advice.js';
import { ConsentText } from './consent-text.js';
import { StateLine } from './state-line.js';

export function FacePage() {
  const { t } = useTranslation();
  const isOn = useUser().fv.length > 0;
  const consent = useConsent();
  const [done, setDone] = useState<'disabled' | 'withdrawn' | null>(null);
  return (
    <AccountPage title={t('faceSection.title')} about={t('faceSection.about')}>
      <DoneCallout words={done && !isOn ? t(`faceSection.${done}`) : null} />
      {isOn ? (
        <FaceOn
          onDisabled={() => {
            setDone('disabled');
          }}
        />
      ) : (
        <FaceOff />
      )}
      {isOn && <AnotherWayAdvice />}
      <Loaded query={consent}>
        {(given) =>
          given.given && (
            <ConsentCard
              consent={given.given}
              current={given.current}
              text={given.text}
              onWithdrawn={() => {
                setDone('withdrawn');
              }}
            />
          )
        }
      </Loaded>
    </AccountPage>
  );
}

function FaceOff() {
  const { t } = useTranslation();
  return (
    <div className={styles['rows']}>
      <div className={styles['item']}>
        <div className={styles['itemText']}>
          <StateLine on={false} title={t('faceSection.off')}>
            {t('faceSection.offMore')}
          </StateLine>
        </div>
        <ButtonLink href="/account/face/enrol">{t('faceSection.enrol')}</ButtonLink>
      </div>
    </div>
  );
}

function FaceOn({ onDisabled }: { readonly onDisabled: () => void }) {
  const { t } = useTranslation();
  const [asks, setAsks] = useState(false);
  return (
    <div className={styles['rows']}>
      <div className={styles['item']}>
        <div className={styles['itemText']}>
          <StateLine on title={t('faceSection.on')}>
            {t('faceSection.onMore')}
          </StateLine>
        </div>
        <Actions>
          <ButtonLink href="/account/face/enrol" kind="secondary">
            {t('faceSection.renew')}
          </ButtonLink>
          <Button
            kind="secondary"
            onClick={() => {
              setAsks(true);
            }}
          >
            {t('faceSection.disable')}
          </Button>
        </Actions>
        <p className={styles['small']}>{t('faceSection.renewMore')}</p>
      </div>
      {asks && (
        <DisableDialog
          onDisabled={onDisabled}
          onClose={() => {
            setAsks(false);
          }}
        />
      )}
    </div>
  );
}

interface DisableDialogProps {
  readonly onDisabled: () => void;
  readonly onClose: () => void;
}

function DisableDialog({ onDisabled, onClose }: DisableDialogProps) {
  const { t } = useTranslation();
  const updateAccount = useAccountUpdate();
  const readAnew = useReadAnew();
  const passkeys = usePasskeys().data;
  const disable = useProtectedMutation(
    () => client.disableFace(),
    (user) => {
      onClose();
      onDisabled();
      updateAccount(user);
      readAnew();
    },
  );
  return (
    <ConfirmDialog
      title={t('faceSection.disableTitle')}
      confirm={t('faceSection.disable')}
      working={disable.isPending}
      error={disable.error}
      onConfirm={() => {
        disable.mutate();
      }}
      onClose={onClose}
    >
      <p>{t('faceSection.disableMore')}</p>
      {passkeys?.length === 0 && <p>{t('faceSection.disableLast')}</p>}
    </ConfirmDialog>
  );
}

interface ConsentCardProps {
  readonly consent: NonNullable<Consent['given']>;
  /** Whether it is of the text in force. */
  readonly current: boolean;
  readonly text: string;
  readonly onWithdrawn: () => void;
}

function ConsentCard({ consent, current, text, onWithdrawn }: ConsentCardProps) {
  const { t } = useTranslation();
  const formatDate = useDateFormat();
  const [asks, setAsks] = useState(false);
  const { version, given_at } = consent;
  return (
    <Card
      title={t('faceSection.consentGiven')}
      about={t('faceSection.consentGivenMore', { version, date: formatDate(given_at) })}
    >
      {!current && <p>{t('faceSection.consentOld')}</p>}
      <details className={styles['details']}>
        <summary>{t('faceSection.consentRead')}</summary>
        <ConsentText text={text} />
      </details>
      <Actions>
        <Button
          kind="secondary"
          onClick={() => {
            setAsks(true);
          }}
        >
          {t('faceSection.withdraw')}
        </Button>
      </Actions>
      {asks && (
        <WithdrawDialog
          onWithdrawn={onWithdrawn}
          onClose={() => {
            setAsks(false);
          }}
        />
      )}
    </Card>
  );
}

interface WithdrawDialogProps {
  readonly onWithdrawn: () => void;
  readonly onClose: () => void;
}

function WithdrawDialog({ onWithdrawn, onClose }: WithdrawDialogProps) {
  const { t } = useTranslation();
  const updateAccount = useAccountUpdate();
  const readAnew = useReadAnew();
  const user = useUser();
  const withdraw = useProtectedMutation(
    () => client.withdrawConsent(),
    () => {
      onClose();
      onWithdrawn();
      updateAccount({ ...user, fv: [] });
      readAnew('consent');
    },
  );
  return (
    <ConfirmDialog
      title={t('faceSection.withdrawTitle')}
      confirm={t('faceSection.withdraw')}
      working={withdraw.isPending}
      error={withdraw.error}
      onConfirm={() => {
        withdraw.mutate();
      }}
      onClose={onClose}
    >
      <p>{t('faceSection.withdrawMore')}</p>
    </ConfirmDialog>
  );
}
