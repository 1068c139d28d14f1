import { useMutation } from '@tanstack/react-query';
import { isProblem } from '@vultus/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';

import { client } from '../client.js';
import { Button } from '../design/button.js';
import { EmailField, NewPasswordField } from '../design/field.js';
import { Form, FormFoot } from '../design/form.js';
import { Page } from '../design/page.js';
import { ProblemCallout } from '../design/problem-callout.js';
import { fieldText, isAboutFieldsOnly, problemText } from '../problem-texts.js';
import { useSession } from '../session.js';
import { useLanguage } from '../texts/language.js';
import styles from './sign-in.module.css';

export function SignUpPage() {
  const { t } = useTranslation();
  return (
    <div className={styles['narrow']}>
      <Page title={t('signUp.title')} about={t('signUp.about')}>
        <div className={styles['sheet']}>
          <SignUpForm />
          <FormFoot>
            {t('signUp.haveAccount')} <Link href="/sign-in">{t('signUp.toSignIn')}</Link>
          </FormFoot>
        </div>
      </Page>
    </div>
  );
}

function SignUpForm() {
  const { t } = useTranslation();
  const language = useLanguage();
  const { email, setEmail, signedIn } = useSession();
  const [password, setPassword] = useState('');
  const [missing, setMissing] = useState<{ email: boolean; password: boolean } | null>(null);
  const signUp = useMutation({
    mutationFn: () => client.signUp({ email: email.trim(), password }),
    onSuccess: signedIn,
  });
  const { error } = signUp;
  const isTaken = isProblem(error, 'email_taken');
  const isAtFields = isTaken || isAboutFieldsOnly(error, ['email', 'password']);
  const send = () => {
    const empty = { email: email.trim() === '', password: password === '' };
    const isComplete = !empty.email && !empty.password;
    setMissing(isComplete ? null : empty);
    if (isComplete) signUp.mutate();
  };
  return (
    <Form refused={missing ?? error} onSubmit={send}>
      <ProblemCallout error={isAtFields ? null : error} />
      <EmailField
        value={email}
        onChange={(event) => {
          setEmail(event.target.value);
        }}
        error={emailError()}
      />
      <NewPasswordField
        label={t('signIn.password')}
        value={password}
        onChange={(event) => {
          setPassword(event.target.value);
        }}
        error={missing?.password ? t('signIn.passwordMissing') : fieldText(error, 'password', language)}
      />
      <Button type="submit" wide working={signUp.isPending}>
        {t('signUp.submit')}
      </Button>
    </Form>
  );

  function emailError(): string | undefined {
    if (missing?.email) return t('signIn.emailMissing');
    return isTaken ? problemText(error, language) : fieldText(error, 'email', language);
  }
}
