import type { ReactNode } from 'react';

import styles from './callout.module.css';

interface CalloutProps {
  readonly kind: 'info' | 'good' | 'caution' | 'danger';
  readonly children: ReactNode;
  /** `alert` for what has just gone wrong, `status` for what has just been done; none for what stood there before. */
  readonly role?: 'alert' | 'status';
}

/** A message that stands out from what is around it. */
export function Callout({ kind, children, role }: CalloutProps) {
  return (
    <div role={role} className={`${styles['callout'] ?? ''} ${styles[kind] ?? ''}`}>
      {children}
    </div>
  );
}
