import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { Button } from '../design/button.js';
import { Callout } from '../design/callout.js';
import { Dialog } from '../design/dialog.js';
import { useAccount, useSession } from '../session.js';
import { SignInForm } from './sign-in-form.js';
import { VerificationWays } from './verification-ways.js';

interface ReauthenticationDialogProps {
  readonly onSignedIn: () => void;
  readonly onCancel: () => void;
}

/** The whole sign-in once more, over what the person was doing: nothing of that is lost. */
export function ReauthenticationDialog({ onSignedIn, onCancel }: ReauthenticationDialogProps) {
  const { t } = useTranslation();
  const { data: user } = useAccount();
  const { signedIn } = useSession();
  const [step, setStep] = useState<'password' | 'password_again' | 'verification'>('password');
  const done = (signedInUser: Parameters<typeof signedIn>[0]) => {
    signedIn(signedInUser);
    onSignedIn();
  };
  return (
    <Dialog title={t('reauthentication.title')} onClose={onCancel}>
      {step === 'verification' ? (
        <VerificationWays
          onSignedIn={done}
          onStartOver={() => {
            setStep('password_again');
          }}
        />
      ) : (
        <>
          <p>{t('reauthentication.about')}</p>
          {step === 'password_again' && <Callout kind="info">{t('signIn.signInExpired')}</Callout>}
          <SignInForm
            fixedEmail={user?.email ?? ''}
            submit={t('reauthentication.submit')}
            onSignedIn={done}
            onVerification={() => {
              setStep('verification');
            }}
          />
        </>
      )}
      <Button kind="quiet" wide onClick={onCancel}>
        {t('common.cancel')}
      </Button>
    </Dialog>
  );
}
