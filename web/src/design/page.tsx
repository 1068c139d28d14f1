import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';

import styles from './page.module.css';

interface PageProps {
  readonly title: string;
  readonly about?: ReactNode;
  /** Above the heading. */
  readonly before?: ReactNode;
  readonly children?: ReactNode;
}

/** The first page is where the browser puts the focus itself. */
let isFirstPage = true;

/** What a route shows: it names the document, and a new one begins at its heading. */
export function Page({ title, about, before, children }: PageProps) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!isFirstPage) {
      window.scrollTo(0, 0);
      heading.current?.focus({ preventScroll: true });
    }
    isFirstPage = false;
  }, []);
  return (
    <div className={styles['page']}>
      <title>{`${title} – ${t('common.appName')}`}</title>
      <div className={styles['head']}>
        {before}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {about !== undefined && <p className={styles['about']}>{about}</p>}
      </div>
      {children}
    </div>
  );
}

/** Where what had the focus is gone, the keyboard goes on from the heading and not from the top of the window. */
export function focusHeadingIfLost(): void {
  const { activeElement } = document;
  if (activeElement && activeElement !== document.body) return;
  document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
}

interface StepHeadingProps {
  readonly children: ReactNode;
  readonly id?: string;
  /** Not where the step is what the page begins with. */
  readonly takesFocus?: boolean;
  /** For screen readers only, where what follows has a heading of its own. */
  readonly hidden?: boolean;
}

/** For headings of steps within a page: the focus goes along when a step takes the place of another. */
export function StepHeading({ children, id, takesFocus = true, hidden = false }: StepHeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takesFocus) heading.current?.focus();
  }, [takesFocus]);
  return (
    <h2 id={id} ref={heading} tabIndex={-1} className={hidden ? 'visually-hidden' : undefined}>
      {children}
    </h2>
  );
}
