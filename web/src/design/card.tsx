import { type ReactNode, useId } from 'react';

import styles from './card.module.css';

interface CardProps {
  readonly title: string;
  /** What it is about, in a sentence or two. */
  readonly about?: ReactNode;
  readonly children?: ReactNode;
}

export function Card({ title, about, children }: CardProps) {
  const id = useId();
  return (
    <section className={styles['card']} aria-labelledby={id}>
      <div className={styles['head']}>
        <h2 id={id}>{title}</h2>
        {about !== undefined && <p className={styles['about']}>{about}</p>}
      </div>
      {children}
    </section>
  );
}

/** A row of buttons, one under the other where there is no room. */
export function Actions({ children }: { readonly children: ReactNode }) {
  return <div className={styles['actions']}>{children}</div>;
}
