import { useMutation } from '@tanstack/react-query';
import { isProblem } from '@vultus/client';
import { useTranslation } from 'react-i18next';

import { client } from '../client.js';
import { Button } from '../design/button.js';
import { StepHeading } from '../design/page.js';
import { CeremonyCallout } from './ceremony-callout.js';
import { CeremonyError, showPasskey } from './passkey-ceremony.js';
import styles from './sign-in.module.css';
import type { WayProps } from './way-props.js';

export function PasskeyWay({ isChosen, onSignedIn, onRefused, onOver }: WayProps) {
  const { t } = useTranslation();
  const verify = useMutation({
    mutationFn: async () => client.signInWithPasskey(await showPasskey(await client.passkeySignInOptions())),
    meta: { ofPendingSignIn: true },
    onSuccess: onSignedIn,
    onError: (error) => {
      if (isProblem(error, 'invalid_token', 'too_many_attempts')) onOver(error);
      else if (!(error instanceof CeremonyError)) onRefused();
    },
  });
  return (
    <div className={styles['panel']}>
      <StepHeading takesFocus={isChosen}>{t('verification.passkey')}</StepHeading>
      <p>{t('verification.passkeyAbout')}</p>
      <CeremonyCallout error={verify.error} />
      <Button
        wide
        working={verify.isPending}
        onClick={() => {
          verify.mutate();
        }}
      >
        {t('verification.passkeySubmit')}
      </Button>
    </div>
  );
}
