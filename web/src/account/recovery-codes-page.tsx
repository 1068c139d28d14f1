import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { client } from '../client.js';
import { Button } from '../design/button.js';
import { ConfirmDialog } from '../design/dialog.js';
import { Loaded } from '../design/loaded.js';
import { ProblemCallout } from '../design/problem-callout.js';
import { useProtectedMutation } from '../sign-in/recent-sign-in.js';
import { AccountPage } from './account-layout.js';
import { useReadAnew, useRecoveryCodesLeft } from './account-queries.js';
import styles from './account.module.css';
import { MadeCodes } from './made-codes.js';
import { StateLine } from './state-line.js';

const FEW = 3;

export function RecoveryCodesPage() {
  const { t } = useTranslation();
  const left = useRecoveryCodesLeft();
  const readAnew = useReadAnew();
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  return (
    <AccountPage title={t('codesSection.title')} about={t('codesSection.about')}>
      {codes ? (
        <MadeCodes
          codes={codes}
          onKept={() => {
            setCodes(null);
          }}
        />
      ) : (
        <Loaded query={left}>
          {({ remaining }) => (
            <CodesLeft
              remaining={remaining}
              onMade={(made) => {
                setCodes(made);
                readAnew('codes');
              }}
            />
          )}
        </Loaded>
      )}
    </AccountPage>
  );
}

interface CodesLeftProps {
  readonly remaining: number;
  readonly onMade: (codes: readonly string[]) => void;
}

function CodesLeft({ remaining, onMade }: CodesLeftProps) {
  const { t } = useTranslation();
  const [asks, setAsks] = useState(false);
  const make = useProtectedMutation(
    () => client.makeRecoveryCodes(),
    ({ codes }) => {
      onMade(codes);
    },
  );
  const start = () => {
    make.mutate();
  };
  const hasSome = remaining > 0;
  return (
    <div className={styles['rows']}>
      <div className={styles['item']}>
        <div className={styles['itemText']}>
          <StateLine
            on={hasSome}
            title={hasSome ? t('codesSection.left', { count: remaining }) : t('codesSection.none')}
          >
            {hasSome ? t('codesSection.leftMore') : t('codesSection.noneMore')}
            {hasSome && remaining <= FEW && ` ${t('codesSection.few')}`}
          </StateLine>
        </div>
        <Button
          kind={hasSome ? 'secondary' : 'primary'}
          working={make.isPending && !asks}
          onClick={() => {
            // What is thrown away is asked about first.
            if (hasSome) setAsks(true);
            else start();
          }}
        >
          {hasSome ? t('codesSection.remake') : t('codesSection.make')}
        </Button>
        {!asks && <ProblemCallout error={make.error} />}
      </div>
      {asks && (
        <ConfirmDialog
          title={t('codesSection.remakeTitle')}
          confirm={t('codesSection.remake')}
          working={make.isPending}
          error={make.error}
          onConfirm={start}
          onClose={() => {
            setAsks(false);
          }}
        >
          <p>{t('codesSection.remakeMore')}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}
