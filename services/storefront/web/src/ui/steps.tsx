import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import { t } from '~/text';
import { classes } from './classes';

export interface Step {
  key: string;
  label: string;
  /** Where to go back to it; none for a step that is not open yet. */
  link?: ((label: ReactNode) => ReactNode) | undefined;
  state: 'done' | 'now' | 'next';
}

/** Where the visitor is in a line of steps; finished ones are links back. */
export function Steps({ label, steps }: { label: string; steps: readonly Step[] }) {
  return (
    <nav aria-label={label}>
      <ol className="grid grid-cols-4 gap-1">
        {steps.map((step, index) => {
          const text = (
            <>
              <span
                aria-hidden="true"
                className={classes(
                  'flex size-7 shrink-0 items-center justify-center border-2 font-sign text-body leading-none',
                  step.state === 'now' && 'border-ink bg-ink text-paper',
                  step.state === 'done' && 'border-awning bg-awning text-on-awning',
                  step.state === 'next' && 'border-edge text-ink-2',
                )}
              >
                {step.state === 'done' ? <Check className="size-4" strokeWidth={3} /> : index + 1}
              </span>
              <span
                className={classes('text-small xs:text-body', step.state === 'now' && 'font-bold')}
              >
                {step.label}
                {step.state === 'done' && <span className="sr-only">, {t('steps.done')}</span>}
              </span>
            </>
          );
          const row = 'flex min-h-11 flex-col gap-1 py-2 xs:flex-row xs:items-center xs:gap-2';
          return (
            <li
              key={step.key}
              aria-current={step.state === 'now' ? 'step' : undefined}
              className={classes(
                'border-t-4',
                step.state === 'next' ? 'border-line text-ink-2' : 'border-awning',
              )}
            >
              {step.link ? (
                step.link(<span className={row}>{text}</span>)
              ) : (
                <span className={row}>{text}</span>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
