import type { ComponentProps, MouseEvent } from 'react';
import { Link } from 'wouter';

import styles from './button.module.css';

type Kind = 'primary' | 'secondary' | 'quiet' | 'danger';

interface Look {
  readonly kind?: Kind;
  /** As wide as what it stands in. */
  readonly wide?: boolean;
}

interface ButtonProps extends Look, ComponentProps<'button'> {
  /** What it began is under way: it stays in focus and readable, and does nothing. */
  readonly working?: boolean;
}

export function Button({ kind, wide, working = false, type = 'button', onClick, ...rest }: ButtonProps) {
  const idle = working || rest['aria-disabled'] === true;
  const click = (event: MouseEvent<HTMLButtonElement>) => {
    // A disabled button would lose the focus, and with it the place of whoever uses a keyboard.
    if (idle) event.preventDefault();
    else onClick?.(event);
  };
  return (
    <button
      {...rest}
      type={type}
      onClick={click}
      aria-disabled={idle || undefined}
      aria-busy={working || undefined}
      className={classesOf({ kind, wide }, working)}
    />
  );
}

interface ButtonLinkProps extends Look {
  readonly href: string;
  readonly children: React.ReactNode;
}

/** Leads somewhere, and looks like a button. */
export function ButtonLink({ href, children, kind, wide }: ButtonLinkProps) {
  return (
    <Link href={href} className={classesOf({ kind, wide })}>
      {children}
    </Link>
  );
}

function classesOf(
  { kind = 'primary', wide = false }: { kind: Kind | undefined; wide: boolean | undefined },
  working = false,
) {
  return [styles['button'], styles[kind], wide && styles['wide'], working && styles['working']]
    .filter(Boolean)
    .join(' ');
}
