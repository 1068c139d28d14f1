import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { client } from '../client.js';
import { Button } from '../design/button.js';
import { CeremonyCallout } from './ceremony-callout.js';
import { showPasskey } from './passkey-ceremony.js';

/** Strangers who fail to sign in make everybody wait, but not a device that its owner has made known with a passkey. */
export function DeviceRecognition({ onRecognised }: { readonly onRecognised: () => void }) {
  const { t } = useTranslation();
  const recognise = useMutation({
    mutationFn: async () => client.recogniseDevice(await showPasskey(await client.deviceOptions())),
    onSuccess: onRecognised,
  });
  return (
    <>
      <p>{t('signIn.knownDevice')}</p>
      <CeremonyCallout error={recognise.error} />
      <Button
        kind="secondary"
        wide
        working={recognise.isPending}
        onClick={() => {
          recognise.mutate();
        }}
      >
        {t('signIn.knownDeviceSubmit')}
      </Button>
    </>
  );
}
