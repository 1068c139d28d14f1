import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useSecondsUntil } from '../design/countdown.js';
import styles from './sign-in.module.css';

interface TimeLeftProps {
  readonly until: string;
  readonly onOver: () => void;
}

/** Seconds are only counted towards the end: before that they would only press. */
const COUNTED = 60;
const SOON = 30;

/** How long a sign-in may still take, by this device's clock; whether it is over is the server's to say. */
export function TimeLeft({ until, onOver }: TimeLeftProps) {
  const { t } = useTranslation();
  const [seconds] = useState(() => (Date.parse(until) - Date.now()) / 1000);
  const left = useSecondsUntil(Math.max(0, seconds));
  const isOver = left === 0;
  useEffect(() => {
    if (isOver) onOver();
    // Once, when it is over; what the parent hands in anew each time it renders is the same thing.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isOver]);
  // Still offered though the time is over here: the clocks differ, and this one is not to be believed.
  if (isOver) return null;
  return (
    <p className={styles['time']}>
      {left > COUNTED
        ? t('verification.minutesLeft', { count: Math.round(left / 60) })
        : t('verification.secondsLeft', { count: left })}
      <span className="visually-hidden" role="status">
        {left <= SOON && t('verification.soonOver')}
      </span>
    </p>
  );
}
