import { Minus, Plus } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { t } from '~/text';
import { classes } from './classes';

interface StepperProps {
  /** What is counted, for example the product's title. */
  label: string;
  value: number;
  min?: number;
  max: number;
  onChange: (value: number) => void;
  /** A change is on its way to the server. */
  pending?: boolean;
}

const STEP =
  'inline-flex size-11 items-center justify-center text-ink hover:bg-sunk aria-disabled:text-ink-3 aria-disabled:hover:bg-transparent';

/** Minus, a number field, plus. What is typed counts when the field is left or Enter is pressed. */
export function Stepper({ label, value, min = 1, max, onChange, pending = false }: StepperProps) {
  const id = useId();
  const [typed, setTyped] = useState(String(value));
  useEffect(() => setTyped(String(value)), [value]);

  const settle = () => {
    const wanted = Math.min(max, Math.max(min, Math.trunc(Number(typed)) || min));
    setTyped(String(wanted));
    if (wanted !== value) onChange(wanted);
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset per basket line would be announced with a legend each time.
    <div
      role="group"
      aria-label={t('stepper.group', { label })}
      aria-busy={pending || undefined}
      className={classes(
        'inline-flex border-2 bg-card',
        pending ? 'border-dashed border-edge' : 'border-edge',
      )}
    >
      <button
        type="button"
        className={STEP}
        aria-label={t('stepper.less', { label })}
        aria-disabled={value <= min || undefined}
        onClick={() => value > min && onChange(value - 1)}
      >
        <Minus aria-hidden="true" className="size-5" />
      </button>
      <label htmlFor={id} className="sr-only">
        {t('stepper.field', { label })}
      </label>
      <input
        id={id}
        inputMode="numeric"
        autoComplete="off"
        maxLength={3}
        className="h-11 w-11 bg-transparent text-center font-bold"
        value={typed}
        onChange={(event) => setTyped(event.target.value.replace(/\D/g, ''))}
        onBlur={settle}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault();
            settle();
          }
        }}
      />
      <button
        type="button"
        className={STEP}
        aria-label={t('stepper.more', { label })}
        aria-disabled={value >= max || undefined}
        onClick={() => value < max && onChange(value + 1)}
      >
        <Plus aria-hidden="true" className="size-5" />
      </button>
    </div>
  );
}
