import { type ComponentProps, type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';

import styles from './field.module.css';

interface FieldProps extends Omit<ComponentProps<'input'>, 'id' | 'className'> {
  readonly label: string;
  /** What helps to fill it in. */
  readonly hint?: ReactNode;
  /** What is wrong with what was filled in. */
  readonly error?: string | undefined;
  /** Beside the input, within its frame. */
  readonly aside?: ReactNode;
  readonly look?: 'text' | 'code';
}

/** A labelled input; its hint and its error are read out with it. */
export function Field({ label, hint, error, aside, look = 'text', ...input }: FieldProps) {
  const id = useId();
  const described = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`];
  return (
    <div className={`${styles['field'] ?? ''} ${error === undefined ? '' : (styles['wrong'] ?? '')}`}>
      <label className={styles['label']} htmlFor={id}>
        {label}
      </label>
      <div className={styles['frame']}>
        <input
          {...input}
          id={id}
          className={`${styles['input'] ?? ''} ${look === 'code' ? (styles['code'] ?? '') : ''}`}
          aria-invalid={error === undefined ? undefined : true}
          aria-describedby={described.filter(Boolean).join(' ') || undefined}
        />
        {aside}
      </div>
      {error !== undefined && (
        <p id={`${id}-error`} className={styles['error']}>
          {error}
        </p>
      )}
      {hint !== undefined && (
        <div id={`${id}-hint`} className={styles['hint']}>
          {hint}
        </div>
      )}
    </div>
  );
}

/** The address by which an account is known; password managers keep it as the name. */
export function EmailField(props: Omit<FieldProps, 'type' | 'label'>) {
  const { t } = useTranslation();
  return (
    <Field
      label={t('signIn.email')}
      type="email"
      autoComplete="username"
      inputMode="email"
      spellCheck={false}
      autoCapitalize="none"
      {...props}
    />
  );
}

type PasswordFieldProps = Omit<FieldProps, 'type' | 'aside' | 'value'> & { readonly value: string };

/** What is typed can be shown, and pasted, for password managers are welcome. */
export function PasswordField(props: PasswordFieldProps) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  const toggle = (
    <button
      type="button"
      className={styles['reveal']}
      aria-label={t(shown ? 'password.hideNamed' : 'password.showNamed', { field: props.label })}
      onClick={() => {
        setShown(!shown);
      }}
    >
      {shown ? t('password.hide') : t('password.show')}
    </button>
  );
  return (
    <Field
      {...props}
      type={shown ? 'text' : 'password'}
      spellCheck={false}
      autoCapitalize="none"
      aside={toggle}
    />
  );
}

/** What servers ask for unless they are told otherwise; the server's own answer has the last word. */
const LEAST = 8;
const AMPLE = 15;

/** A new password: its length is what is measured, for that is what makes it strong. */
export function NewPasswordField(props: Omit<PasswordFieldProps, 'hint'>) {
  const { t } = useTranslation();
  const count = Array.from(props.value.normalize('NFC')).length;
  const hint = (
    <>
      <div
        aria-hidden="true"
        className={`${styles['meter'] ?? ''} ${count < LEAST ? '' : (styles['enough'] ?? '')}`}
      >
        <div className={styles['filled']} style={{ width: `${Math.min(1, count / AMPLE) * 100}%` }} />
      </div>
      {count === 0 ? t('password.advice') : t(lengthKey(count), { count })}
    </>
  );
  return <PasswordField autoComplete="new-password" {...props} hint={hint} />;
}

function lengthKey(count: number) {
  if (count < LEAST) return 'password.short';
  return count < AMPLE ? 'password.enough' : 'password.ample';
}

interface CheckFieldProps {
  readonly label: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function CheckField({ label, checked, onChange }: CheckFieldProps) {
  return (
    <label className={styles['check']}>
      <input
        type="checkbox"
        className={styles['box']}
        checked={checked}
        onChange={(event) => {
          onChange(event.target.checked);
        }}
      />
      <span>{label}</span>
    </label>
  );
}
