import { useMutation } from '@tanstack/react-query';
import { isProblem } from '@vultus/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { client } from '../client.js';
import { Button } from '../design/button.js';
import { Field } from '../design/field.js';
import { Form } from '../design/form.js';
import { StepHeading } from '../design/page.js';
import { ProblemCallout } from '../design/problem-callout.js';
import { problemText } from '../problem-texts.js';
import { useLanguage } from '../texts/language.js';
import styles from './sign-in.module.css';
import type { WayProps } from './way-props.js';

export function RecoveryCodeWay({ isChosen, onSignedIn, onRefused, onOver }: WayProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const [code, setCode] = useState('');
  const [isMissing, setMissing] = useState(false);
  const verify = useMutation({
    mutationFn: () => client.useRecoveryCode(code.trim()),
    meta: { ofPendingSignIn: true },
    onSuccess: onSignedIn,
    onError: (error) => {
      if (isProblem(error, 'invalid_token', 'too_many_attempts')) onOver(error);
      else onRefused();
    },
  });
  const isWrong = isProblem(verify.error, 'invalid_recovery_code', 'validation_failed');
  const refusal = isWrong && verify.error ? problemText(verify.error, language) : undefined;
  return (
    <div className={styles['panel']}>
      <StepHeading takesFocus={isChosen}>{t('verification.recoveryCode')}</StepHeading>
      <p>{t('verification.codeAbout')}</p>
      <Form
        refused={isMissing || verify.error}
        onSubmit={() => {
          setMissing(code.trim() === '');
          if (code.trim() !== '') verify.mutate();
        }}
      >
        <ProblemCallout error={isWrong ? null : verify.error} />
        <Field
          label={t('verification.code')}
          hint={t('verification.codeHint')}
          look="code"
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={64}
          value={code}
          onChange={(event) => {
            setCode(event.target.value);
          }}
          error={isMissing ? t('verification.codeMissing') : refusal}
        />
        <Button type="submit" wide working={verify.isPending}>
          {t('verification.codeSubmit')}
        </Button>
      </Form>
    </div>
  );
}
