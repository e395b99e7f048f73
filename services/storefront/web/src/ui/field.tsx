import { CircleAlert } from 'lucide-react';
import { type ComponentProps, type ReactNode, useId } from 'react';
import { classes } from './classes';

interface Frame {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  className?: string | undefined;
}

const BOX =
  'w-full rounded-2 border-2 bg-card px-3 text-ink aria-invalid:border-tomato border-edge hover:border-ink';
const CONTROL = `h-11 ${BOX}`;

/** Label above, hint and error below, all tied to the control. */
function Framed({
  label,
  hint,
  error,
  className,
  id,
  children,
}: Frame & { id: string; children: (described: string | undefined) => ReactNode }) {
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block font-bold">
        {label}
      </label>
      {children(described || undefined)}
      {hint && (
        <p id={`${id}-hint`} className="mt-1 text-small text-ink-2">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="mt-1 flex gap-1.5 text-small font-bold text-tomato">
          <CircleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
          {error}
        </p>
      )}
    </div>
  );
}

export function Field({
  label,
  hint,
  error,
  className,
  id,
  ...input
}: Frame & Omit<ComponentProps<'input'>, 'className'>) {
  const own = useId();
  const used = id ?? own;
  return (
    <Framed label={label} hint={hint} error={error} className={className} id={used}>
      {(described) => (
        <input
          {...input}
          id={used}
          className={CONTROL}
          aria-invalid={error ? true : undefined}
          aria-describedby={described}
        />
      )}
    </Framed>
  );
}

export function SelectField({
  label,
  hint,
  error,
  className,
  id,
  children,
  ...select
}: Frame & Omit<ComponentProps<'select'>, 'className'>) {
  const own = useId();
  const used = id ?? own;
  return (
    <Framed label={label} hint={hint} error={error} className={className} id={used}>
      {(described) => (
        <select
          {...select}
          id={used}
          className={classes(CONTROL, 'appearance-auto')}
          aria-invalid={error ? true : undefined}
          aria-describedby={described}
        >
          {children}
        </select>
      )}
    </Framed>
  );
}

/** Several lines of text. */
export function AreaField({
  label,
  hint,
  error,
  className,
  id,
  ...area
}: Frame & Omit<ComponentProps<'textarea'>, 'className'>) {
  const own = useId();
  const used = id ?? own;
  return (
    <Framed label={label} hint={hint} error={error} className={className} id={used}>
      {(described) => (
        <textarea
          rows={3}
          {...area}
          id={used}
          className={classes(BOX, 'py-2')}
          aria-invalid={error ? true : undefined}
          aria-describedby={described}
        />
      )}
    </Framed>
  );
}
