import type { ErasureReceipt } from '@vultus/client';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { Redirect } from 'wouter';

import { Button, ButtonLink } from '../design/button.js';
import { Actions, Card } from '../design/card.js';
import { Page } from '../design/page.js';
import { saveFile } from '../design/save-file.js';
import { useSession } from '../session.js';
import { useDateFormat } from '../texts/dates.js';
import styles from './account.module.css';

/** After an account was deleted. The receipt is nowhere but here: a reload has nothing to show. */
export function ReceiptPage() {
  const { receipt } = useSession();
  return receipt ? <Receipt receipt={receipt} /> : <Redirect to="/" replace />;
}

function Receipt({ receipt }: { readonly receipt: ErasureReceipt }) {
  const { t } = useTranslation();
  const formatDate = useDateFormat();
  const { face, ...counts } = receipt.erased;
  const entries: readonly (readonly [string, string])[] = [
    [t('receipt.account'), receipt.account_id],
    [t('receipt.erasedAt'), formatDate(receipt.erased_at)],
    [t('receipt.face'), face ? t('receipt.yes') : t('receipt.no')],
    ...Object.entries(counts).map(
      ([name, count]) => [t(`receipt.${name as keyof typeof counts}`), String(count)] as const,
    ),
    [t('receipt.signature'), receipt.signature],
  ];
  return (
    <Page title={t('receipt.title')} about={t('receipt.about')}>
      <Card title={t('receipt.heading')}>
        <dl className={styles['receipt']}>
          {entries.map(([name, value]) => (
            <Fragment key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </Fragment>
          ))}
        </dl>
        <Actions>
          <Button
            onClick={() => {
              saveFile(
                t('receipt.fileName'),
                `${JSON.stringify({ receipt }, null, 2)}\n`,
                'application/json',
              );
            }}
          >
            {t('receipt.download')}
          </Button>
          <ButtonLink href="/" kind="secondary">
            {t('receipt.leave')}
          </ButtonLink>
        </Actions>
      </Card>
    </Page>
  );
}
