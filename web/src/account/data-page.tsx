import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';

import { client } from '../client.js';
import { Button } from '../design/button.js';
import { Actions, Card } from '../design/card.js';
import { Dialog, DialogButtons } from '../design/dialog.js';
import { Field } from '../design/field.js';
import { Form } from '../design/form.js';
import { ProblemCallout } from '../design/problem-callout.js';
import { saveFile } from '../design/save-file.js';
import { useSession } from '../session.js';
import { useProtectedMutation } from '../sign-in/recent-sign-in.js';
import { AccountPage, useUser } from './account-layout.js';
import { useReadAnew } from './account-queries.js';

export function DataPage() {
  const { t } = useTranslation();
  return (
    <AccountPage title={t('dataSection.title')} about={t('dataSection.about')}>
      <ExportCard />
      <DeletionCard />
    </AccountPage>
  );
}

function ExportCard() {
  const { t } = useTranslation();
  const readAnew = useReadAnew();
  const download = useProtectedMutation(
    () => client.exportData(),
    (data) => {
      saveFile(t('dataSection.fileName'), `${JSON.stringify(data, null, 2)}\n`, 'application/json');
      readAnew();
    },
  );
  return (
    <Card title={t('dataSection.export')} about={t('dataSection.exportMore')}>
      <ProblemCallout error={download.error} />
      <Actions>
        <Button
          kind="secondary"
          working={download.isPending}
          onClick={() => {
            download.mutate();
          }}
        >
          {t('dataSection.exportSubmit')}
        </Button>
      </Actions>
      <p role="status">{download.isSuccess && t('dataSection.exportDone')}</p>
    </Card>
  );
}

function DeletionCard() {
  const { t } = useTranslation();
  const [asks, setAsks] = useState(false);
  return (
    <Card title={t('dataSection.delete')} about={t('dataSection.deleteMore')}>
      <Actions>
        <Button
          kind="danger"
          onClick={() => {
            setAsks(true);
          }}
        >
          {t('dataSection.deleteSubmit')}
        </Button>
      </Actions>
      {asks && (
        <DeletionDialog
          onClose={() => {
            setAsks(false);
          }}
        />
      )}
    </Card>
  );
}

function DeletionDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { id, email } = useUser();
  const { erased } = useSession();
  const [, navigate] = useLocation();
  const [typed, setTyped] = useState('');
  const [isWrong, setWrong] = useState(false);
  const erase = useProtectedMutation(
    async () => {
      // In another window somebody else may have signed in since: what was confirmed is this account.
      if ((await client.account()).id !== id) {
        window.location.reload();
        throw new Error('another account is signed in');
      }
      return client.eraseAccount();
    },
    (receipt) => {
      // First, or the layout would lead to the sign-in, for nobody is signed in any more.
      navigate('/account-deleted', { replace: true });
      erased(receipt);
    },
  );
  const send = () => {
    const matches = typed.trim().toLowerCase() === email.toLowerCase();
    setWrong(!matches);
    if (matches) erase.mutate();
  };
  return (
    <Dialog title={t('dataSection.deleteTitle')} onClose={onClose}>
      <p>{t('dataSection.deleteMore')}</p>
      <Form onSubmit={send} refused={isWrong}>
        <ProblemCallout error={erase.error} />
        <Field
          label={t('dataSection.deleteConfirm', { email })}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
          }}
          error={isWrong ? t('dataSection.deleteMismatch') : undefined}
        />
        <DialogButtons>
          <Button type="submit" kind="danger" working={erase.isPending}>
            {t('dataSection.deleteFinal')}
          </Button>
          <Button kind="secondary" onClick={onClose}>
            {t('common.cancel')}
          </Button>
        </DialogButtons>
      </Form>
    </Dialog>
  );
}
