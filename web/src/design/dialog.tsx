import { type ReactNode, useEffect, useId, useLayoutEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';

import { Button } from './button.js';
import styles from './dialog.module.css';
import { focusHeadingIfLost } from './page.js';
import { ProblemCallout } from './problem-callout.js';

interface DialogProps {
  readonly title: string;
  readonly children: ReactNode;
  /** Escape, and whatever closes it within. */
  readonly onClose: () => void;
}

/** A modal dialog for as long as it is mounted; the browser keeps the focus within, and puts it back. */
export function Dialog({ title, children, onClose }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // While it is still in the document: of one that was taken out the browser does not put the focus back.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => {
      shown?.close();
    };
  }, []);
  // What had the focus before may have gone with what the dialog was about.
  useEffect(() => focusHeadingIfLost, []);
  return (
    <dialog
      ref={dialog}
      className={styles['dialog']}
      aria-labelledby={id}
      onCancel={(event) => {
        // A child's dialog or file picker that is cancelled is none of ours.
        if (event.target !== dialog.current) return;
        event.preventDefault();
        onClose();
      }}
    >
      <div className={styles['body']}>
        <h2 id={id} tabIndex={-1}>
          {title}
        </h2>
        {children}
      </div>
    </dialog>
  );
}

export function DialogButtons({ children }: { readonly children: ReactNode }) {
  return <div className={styles['buttons']}>{children}</div>;
}

interface ConfirmDialogProps extends DialogProps {
  /** What the confirming button does, as a verb. */
  readonly confirm: string;
  readonly onConfirm: () => void;
  readonly working: boolean;
  readonly error: Error | null;
  /** Whether it takes something away. */
  readonly harmful?: boolean;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { confirm, onConfirm, working, error, harmful = true, children, ...dialog } = props;
  const { t } = useTranslation();
  return (
    <Dialog {...dialog}>
      {children}
      <ProblemCallout error={error} />
      <DialogButtons>
        <Button kind={harmful ? 'danger' : 'primary'} working={working} onClick={onConfirm}>
          {confirm}
        </Button>
        <Button kind="secondary" onClick={dialog.onClose}>
          {t('common.cancel')}
        </Button>
      </DialogButtons>
    </Dialog>
  );
}
