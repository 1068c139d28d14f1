import { type ReactNode, useEffect, useRef } from 'react';

import styles from './form.module.css';

interface FormProps {
  readonly onSubmit: () => void;
  /** What was refused: the first field that is wrong takes the focus. */
  readonly refused: unknown;
  readonly children: ReactNode;
}

/** Leaves the checking to us: the browser's own messages are in its language, not in the page's. */
export function Form({ onSubmit, refused, children }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (refused) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [refused]);
  return (
    <form
      ref={form}
      noValidate
      className={styles['form']}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}

/** Below the fields, on what else there is. */
export function FormFoot({ children }: { readonly children: ReactNode }) {
  return <p className={styles['below']}>{children}</p>;
}
