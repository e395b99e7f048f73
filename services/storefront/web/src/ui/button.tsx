import type { ComponentProps, ReactNode } from 'react';
import { classes } from './classes';

export type ButtonLook = 'primary' | 'outline' | 'quiet' | 'danger';

const BASE =
  'inline-flex min-h-11 items-center justify-center gap-2 border-2 px-5 py-2 font-bold leading-tight transition-colors duration-(--brief) ease-(--ease)';
const LOOKS: Record<ButtonLook, string> = {
  primary:
    'border-awning bg-awning text-on-awning hover:border-awning-hover hover:bg-awning-hover active:translate-y-px',
  outline: 'border-ink bg-card text-ink hover:bg-sunk active:translate-y-px',
  danger: 'border-tomato bg-tomato text-on-tomato hover:border-ink active:translate-y-px',
  quiet: 'border-transparent px-2 text-awning underline underline-offset-4 hover:text-awning-hover',
};

/** The look of a button, for links that act as one. */
export function buttonClass(look: ButtonLook, ...more: (string | false | undefined)[]): string {
  return classes(BASE, LOOKS[look], ...more);
}

interface ButtonProps extends Omit<ComponentProps<'button'>, 'disabled'> {
  look?: ButtonLook;
  /** Working: stays focusable, further presses do nothing. */
  busy?: boolean;
  /** Id of the text that says why the button cannot be used now. */
  blockedBy?: string | undefined;
  children: ReactNode;
}

export function Button({
  look = 'outline',
  busy = false,
  blockedBy,
  className,
  onClick,
  type = 'button',
  children,
  ...rest
}: ButtonProps) {
  const inert = busy || blockedBy !== undefined;
  return (
    <button
      {...rest}
      type={type}
      className={buttonClass(
        look,
        inert && 'cursor-not-allowed',
        blockedBy !== undefined && 'border-dashed',
        className,
      )}
      aria-disabled={inert || undefined}
      aria-busy={busy || undefined}
      aria-describedby={blockedBy ?? rest['aria-describedby']}
      onClick={(event) => {
        if (inert) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonProps, 'look' | 'children'> {
  label: string;
  /** Stands on a picture and needs an edge of its own. */
  framed?: boolean;
  children: ReactNode;
}

/** A button that shows only an icon and says its label. */
export function IconButton({
  label,
  framed = false,
  className,
  children,
  ...rest
}: IconButtonProps) {
  return (
    <button
      {...rest}
      type="button"
      aria-label={label}
      className={classes(
        'inline-flex size-11 shrink-0 items-center justify-center border-2 text-ink',
        framed ? 'border-ink bg-card hover:bg-sunk' : 'border-transparent hover:border-ink',
        className,
      )}
    >
      {children}
    </button>
  );
}
