import { isProblem } from '@vultus/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { client } from '../client.js';
import { Button } from '../design/button.js';
import { DoneCallout } from '../design/done-callout.js';
import { NewPasswordField, PasswordField } from '../design/field.js';
import { Form } from '../design/form.js';
import { ProblemCallout } from '../design/problem-callout.js';
import { fieldText, isAboutFieldsOnly } from '../problem-texts.js';
import { useProtectedMutation } from '../sign-in/recent-sign-in.js';
import sheet from '../sign-in/sign-in.module.css';
import { useLanguage } from '../texts/language.js';
import { AccountPage, useUser } from './account-layout.js';
import { useReadAnew } from './account-queries.js';
import styles from './account.module.css';

export function PasswordPage() {
  const { t } = useTranslation();
  const [isDone, setDone] = useState(false);
  return (
    <AccountPage title={t('passwordSection.title')} about={t('passwordSection.about')}>
      <DoneCallout words={isDone ? t('passwordSection.done') : null} />
      <div className={sheet['sheet']}>
        <PasswordForm onChanged={setDone} />
      </div>
    </AccountPage>
  );
}

function PasswordForm({ onChanged }: { readonly onChanged: (isChanged: boolean) => void }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { email } = useUser();
  const readAnew = useReadAnew();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [missing, setMissing] = useState<{ current: boolean; next: boolean } | null>(null);
  const change = useProtectedMutation(
    () => client.changePassword({ current_password: current, password: next }),
    () => {
      setCurrent('');
      setNext('');
      onChanged(true);
      readAnew('sessions');
    },
  );
  const { error } = change;
  const isWrong = isProblem(error, 'invalid_credentials');
  const send = () => {
    onChanged(false);
    const empty = { current: current === '', next: next === '' };
    const isComplete = !empty.current && !empty.next;
    setMissing(isComplete ? null : empty);
    if (isComplete) change.mutate();
  };
  return (
    <div className={styles['form']}>
      <Form onSubmit={send} refused={missing ?? error}>
        <ProblemCallout error={isWrong || isAboutFieldsOnly(error, ['password']) ? null : error} />
        {/* So that password managers know whose password it is. */}
        <input type="email" autoComplete="username" value={email} readOnly hidden />
        <PasswordField
          label={t('passwordSection.current')}
          autoComplete="current-password"
          value={current}
          onChange={(event) => {
            setCurrent(event.target.value);
          }}
          error={currentError()}
        />
        <NewPasswordField
          label={t('passwordSection.next')}
          value={next}
          onChange={(event) => {
            setNext(event.target.value);
          }}
          error={missing?.next ? t('passwordSection.missing') : fieldText(error, 'password', language)}
        />
        <div>
          <Button type="submit" working={change.isPending}>
            {t('passwordSection.submit')}
          </Button>
        </div>
      </Form>
    </div>
  );

  function currentError(): string | undefined {
    if (missing?.current) return t('signIn.passwordMissing');
    return isWrong ? t('passwordSection.wrong') : undefined;
  }
}
