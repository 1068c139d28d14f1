import { useTranslation } from 'react-i18next';

import { ButtonLink } from '../design/button.js';
import { Actions, Card } from '../design/card.js';
import { usePasskeys, useRecoveryCodesLeft } from './account-queries.js';

/** For who has a face enrolled and nothing beside it; nothing for others. */
export function AnotherWayAdvice() {
  const { t } = useTranslation();
  const passkeys = usePasskeys().data;
  const codes = useRecoveryCodesLeft().data;
  if (passkeys?.length !== 0 || codes?.remaining !== 0) return null;
  return (
    <Card title={t('faceSection.adviceTitle')} about={t('faceSection.adviceMore')}>
      <Actions>
        <ButtonLink href="/account/recovery-codes">{t('faceSection.adviceCodes')}</ButtonLink>
        <ButtonLink href="/account/passkeys" kind="secondary">
          {t('faceSection.advicePasskey')}
        </ButtonLink>
      </Actions>
    </Card>
  );
}
