import { useMutation } from '@tanstack/react-query';
import { type User, isProblem } from '@vultus/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { client } from '../client.js';
import { Button } from '../design/button.js';
import { EmailField, PasswordField } from '../design/field.js';
import { Form } from '../design/form.js';
import { ProblemCallout } from '../design/problem-callout.js';
import { useSession } from '../session.js';
import { DeviceRecognition } from './device-recognition.js';

interface SignInFormProps {
  /** Of who signs in again: it is shown and cannot be changed. */
  readonly fixedEmail?: string;
  readonly submit: string;
  readonly onSignedIn: (user: User) => void;
  readonly onVerification: () => void;
}

export function SignInForm({ fixedEmail, submit, onSignedIn, onVerification }: SignInFormProps) {
  const { t } = useTranslation();
  const session = useSession();
  const [password, setPassword] = useState('');
  const [missing, setMissing] = useState<{ email: boolean; password: boolean } | null>(null);
  const email = fixedEmail ?? session.email;
  const signIn = useMutation({
    mutationFn: () => client.signIn({ email: email.trim(), password }),
    onSuccess: (answer) => {
      if (answer.outcome === 'signed_in') onSignedIn(answer.user);
      else onVerification();
    },
  });
  const send = () => {
    const empty = { email: email.trim() === '', password: password === '' };
    const isComplete = !empty.email && !empty.password;
    setMissing(isComplete ? null : empty);
    if (isComplete) signIn.mutate();
  };
  return (
    <Form onSubmit={send} refused={missing}>
      <ProblemCallout error={signIn.error} />
      {isProblem(signIn.error, 'too_many_attempts') && <DeviceRecognition onRecognised={send} />}
      <EmailField
        value={email}
        readOnly={fixedEmail !== undefined}
        onChange={(event) => {
          session.setEmail(event.target.value);
        }}
        error={missing?.email ? t('signIn.emailMissing') : undefined}
      />
      <PasswordField
        label={t('signIn.password')}
        autoComplete="current-password"
        value={password}
        onChange={(event) => {
          setPassword(event.target.value);
        }}
        error={missing?.password ? t('signIn.passwordMissing') : undefined}
      />
      <Button type="submit" wide working={signIn.isPending}>
        {submit}
      </Button>
    </Form>
  );
}
