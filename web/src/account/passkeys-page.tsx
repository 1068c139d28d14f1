import type { Passkey } from '@vultus/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { client } from '../client.js';
import { Button } from '../design/button.js';
import { Card } from '../design/card.js';
import { ConfirmDialog } from '../design/dialog.js';
import { DoneCallout } from '../design/done-callout.js';
import { Field } from '../design/field.js';
import { Form } from '../design/form.js';
import { Loaded } from '../design/loaded.js';
import { fieldText, isAboutFieldsOnly } from '../problem-texts.js';
import { CeremonyCallout } from '../sign-in/ceremony-callout.js';
import { makePasskey } from '../sign-in/passkey-ceremony.js';
import { useProtectedMutation } from '../sign-in/recent-sign-in.js';
import { useDateFormat } from '../texts/dates.js';
import { useLanguage } from '../texts/language.js';
import { AccountPage } from './account-layout.js';
import { usePasskeys, useReadAnew } from './account-queries.js';
import styles from './account.module.css';
import { StateLine } from './state-line.js';

export function PasskeysPage() {
  const { t } = useTranslation();
  const passkeys = usePasskeys();
  const [done, setDone] = useState<string | null>(null);
  return (
    <AccountPage title={t('passkeySection.title')} about={t('passkeySection.about')}>
      <DoneCallout words={done} />
      <Loaded query={passkeys}>
        {(list) =>
          list.length === 0 ? (
            <div className={styles['rows']}>
              <div className={styles['item']}>
                <StateLine on={false} title={t('passkeySection.none')}>
                  {t('passkeySection.noneMore')}
                </StateLine>
              </div>
            </div>
          ) : (
            <ul className={styles['rows']} aria-label={t('passkeySection.list')}>
              {list.map((passkey) => (
                <PasskeyItem key={passkey.id} passkey={passkey} onRemoved={setDone} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <AddPasskey onAdded={setDone} />
    </AccountPage>
  );
}

interface PasskeyItemProps {
  readonly passkey: Passkey;
  /** @param done what was done, in words */
  readonly onRemoved: (done: string) => void;
}

function PasskeyItem({ passkey, onRemoved }: PasskeyItemProps) {
  const { t } = useTranslation();
  const formatDate = useDateFormat();
  const [asks, setAsks] = useState(false);
  const { name, created_at, last_used_at, backed_up } = passkey;
  const used =
    last_used_at === null
      ? t('passkeySection.neverUsed')
      : t('passkeySection.lastUsed', { date: formatDate(last_used_at) });
  return (
    <li className={styles['item']}>
      <div className={styles['itemText']}>
        <p className={styles['itemTitle']}>
          {name}
          {backed_up && <span className={styles['tag']}>{t('passkeySection.synced')}</span>}
        </p>
        <p className={styles['small']}>
          {t('passkeySection.added', { date: formatDate(created_at) })}, {used}
        </p>
      </div>
      <Button
        kind="secondary"
        aria-label={t('passkeySection.removeNamed', { name })}
        onClick={() => {
          setAsks(true);
        }}
      >
        {t('passkeySection.remove')}
      </Button>
      {asks && (
        <RemoveDialog
          passkey={passkey}
          onRemoved={onRemoved}
          onClose={() => {
            setAsks(false);
          }}
        />
      )}
    </li>
  );
}

function RemoveDialog({ passkey, onRemoved, onClose }: PasskeyItemProps & { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const readAnew = useReadAnew();
  const { id, name } = passkey;
  const remove = useProtectedMutation(
    () => client.removePasskey(id),
    () => {
      onClose();
      onRemoved(t('passkeySection.removeDone', { name }));
      readAnew('passkeys');
    },
  );
  return (
    <ConfirmDialog
      title={t('passkeySection.removeTitle', { name })}
      confirm={t('passkeySection.remove')}
      working={remove.isPending}
      error={remove.error}
      onConfirm={() => {
        remove.mutate();
      }}
      onClose={onClose}
    >
      <p>{t('passkeySection.removeMore')}</p>
    </ConfirmDialog>
  );
}

function AddPasskey({ onAdded }: { readonly onAdded: (done: string) => void }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const readAnew = useReadAnew();
  const [name, setName] = useState('');
  const [isMissing, setMissing] = useState(false);
  const add = useProtectedMutation(
    async () =>
      client.addPasskey({ name: name.trim(), response: await makePasskey(await client.passkeyOptions()) }),
    (passkey) => {
      setName('');
      onAdded(t('passkeySection.addDone', { name: passkey.name }));
      readAnew('passkeys', 'sessions');
    },
  );
  return (
    <Card title={t('passkeySection.add')} about={t('passkeySection.addMore')}>
      <div className={styles['form']}>
        <Form
          refused={isMissing || add.error}
          onSubmit={() => {
            setMissing(name.trim() === '');
            if (name.trim() !== '') add.mutate();
          }}
        >
          <CeremonyCallout error={isAboutFieldsOnly(add.error, ['name']) ? null : add.error} />
          <Field
            label={t('passkeySection.name')}
            autoComplete="off"
            maxLength={60}
            value={name}
            onChange={(event) => {
              setName(event.target.value);
            }}
            error={isMissing ? t('passkeySection.nameMissing') : fieldText(add.error, 'name', language)}
          />
          <div>
            <Button type="submit" working={add.isPending}>
              {t('passkeySection.addSubmit')}
            </Button>
          </div>
        </Form>
      </div>
    </Card>
  );
}
