import { VultusProblem } from '@vultus/client';
import { useTranslation } from 'react-i18next';

import { SignInCancelled } from '../sign-in/sign-in-cancelled.js';
import { problemText } from '../problem-texts.js';
import { useLanguage } from '../texts/language.js';
import { Button } from './button.js';
import { Callout } from './callout.js';
import styles from './callout.module.css';
import { useSecondsUntil } from './countdown.js';

interface ProblemCalloutProps {
  readonly error: Error | null;
  readonly onRetry?: () => void;
  readonly retrying?: boolean;
}

/** Says in words what was refused, and how long to wait where the server said so. Nothing without an error. */
export function ProblemCallout({ error, onRetry, retrying = false }: ProblemCalloutProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  if (!error || error instanceof SignInCancelled) return null;
  const wait = error instanceof VultusProblem ? error.retryAfter : undefined;
  return (
    <Callout kind="danger" role="alert">
      <p>{problemText(error, language)}</p>
      {/* Another refusal counts anew, hence the key. */}
      {wait !== undefined && (
        <Wait key={waitKey(error)} seconds={wait} onRetry={onRetry} retrying={retrying} />
      )}
      {wait === undefined && onRetry && <Retry onRetry={onRetry} retrying={retrying} />}
      {error instanceof VultusProblem && error.status >= 500 && (
        <p className={styles['small']}>{t('problem.requestId', { id: error.requestId })}</p>
      )}
    </Callout>
  );
}

interface WaitProps {
  readonly seconds: number;
  readonly onRetry: (() => void) | undefined;
  readonly retrying: boolean;
}

function Wait({ seconds, onRetry, retrying }: WaitProps) {
  const { t } = useTranslation();
  const left = useSecondsUntil(seconds);
  if (left > 0) {
    // Within an alert each second would be read out.
    return (
      <p aria-live="off">
        {left < 120
          ? t('problem.waitSeconds', { count: left })
          : t('problem.waitMinutes', { count: Math.ceil(left / 60) })}
      </p>
    );
  }
  return onRetry ? <Retry onRetry={onRetry} retrying={retrying} /> : <p>{t('problem.waitOver')}</p>;
}

function Retry({ onRetry, retrying }: { readonly onRetry: () => void; readonly retrying: boolean }) {
  const { t } = useTranslation();
  return (
    <div>
      <Button kind="secondary" onClick={onRetry} working={retrying}>
        {t('common.tryAgain')}
      </Button>
    </div>
  );
}

function waitKey(error: Error): string {
  return error instanceof VultusProblem ? error.requestId : error.name;
}
