import type { ReactNode } from 'react';

import styles from './account.module.css';

interface StateLineProps {
  readonly on: boolean;
  readonly title: string;
  readonly children?: ReactNode;
}

/** How it stands with something: said in words, and marked with a dot. */
export function StateLine({ on, title, children }: StateLineProps) {
  return (
    <div className={`${styles['state'] ?? ''} ${on ? (styles['isOn'] ?? '') : ''}`}>
      <span className={styles['dot']} aria-hidden="true" />
      <div>
        <h2>{title}</h2>
        {children !== undefined && <p className={styles['small']}>{children}</p>}
      </div>
    </div>
  );
}
