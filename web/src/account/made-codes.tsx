import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { Button } from '../design/button.js';
import { Actions } from '../design/card.js';
import { saveFile } from '../design/save-file.js';
import { StepHeading } from '../design/page.js';
import sheet from '../sign-in/sign-in.module.css';
import { useDateFormat } from '../texts/dates.js';
import { useUser } from './account-layout.js';
import styles from './account.module.css';

interface MadeCodesProps {
  readonly codes: readonly string[];
  readonly onKept: () => void;
}

/** The only time that they are shown: to copy, to save, to print. */
export function MadeCodes({ codes, onKept }: MadeCodesProps) {
  const { t } = useTranslation();
  const { email } = useUser();
  const formatDate = useDateFormat();
  const [copied, setCopied] = useState<'copied' | 'copyFailed' | null>(null);
  const [head] = useState(() => ({ email, date: formatDate(new Date().toISOString()) }));
  const asText = () => [t('codesSection.fileHead', head), '', ...codes, ''].join('\n');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(codes.join('\n'));
      setCopied('copied');
    } catch {
      setCopied('copyFailed');
    }
  };
  return (
    <div className={sheet['sheet']}>
      <StepHeading>{t('codesSection.once')}</StepHeading>
      <p className="not-printed">{t('codesSection.onceMore')}</p>
      <p className={styles['small']}>{t('codesSection.fileHead', head)}</p>
      <ol className={styles['codes']} aria-label={t('codesSection.list')}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <div className="not-printed">
        <Actions>
          <Button kind="secondary" onClick={() => void copy()}>
            {t('codesSection.copy')}
          </Button>
          <Button
            kind="secondary"
            onClick={() => {
              saveFile(t('codesSection.fileName'), asText(), 'text/plain');
            }}
          >
            {t('codesSection.download')}
          </Button>
          <Button
            kind="secondary"
            onClick={() => {
              window.print();
            }}
          >
            {t('codesSection.print')}
          </Button>
          <Button onClick={onKept}>{t('codesSection.kept')}</Button>
        </Actions>
      </div>
      <p className="not-printed" role="status">
        {copied && t(`codesSection.${copied}`)}
      </p>
    </div>
  );
}
