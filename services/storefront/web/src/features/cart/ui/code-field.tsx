import { Tag, X } from 'lucide-react';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { explain, ProblemError } from '~/api';
import { t } from '~/text/buying';
import { announce, Button, classes, Field, IconButton } from '~/ui';
import { basket, useBasket } from '../basket';
import type { GivenCode } from '../intent';

/** The discount code of the basket, or where to enter one. Both take the same room. */
export function CodeField() {
  const given = useBasket().cart?.discount_codes?.[0];
  const [failure, setFailure] = useState<string | null>(null);
  const place = useRef<HTMLDivElement>(null);
  const [turn, setTurn] = useState(0);

  // What had the focus may be gone; what is wrong stands at the field.
  useEffect(() => {
    if (turn > 0) place.current?.querySelector<HTMLElement>('input, button')?.focus();
  }, [turn]);

  const refuse = (reason: string) => {
    setFailure(reason);
    setTurn((count) => count + 1);
  };
  const change = async (work: () => Promise<void>) => {
    setFailure(null);
    try {
      await work();
      setTurn((count) => count + 1);
    } catch (error) {
      refuse(why(error));
    }
  };

  return (
    <div ref={place} className="mt-6">
      {given ? (
        <Given
          given={given}
          onRemove={() =>
            change(async () => {
              await basket.dropCode(given.code);
              announce(t('basket.code.removed', { code: given.code }));
            })
          }
        />
      ) : (
        <Enter
          failure={failure}
          onEnter={(typed) =>
            typed
              ? change(async () => {
                  await basket.giveCode(typed);
                  const taken = basket.view().cart?.discount_codes?.[0];
                  if (taken) announce(t('basket.code.applied', taken));
                })
              : refuse(t('basket.code.missing'))
          }
          onType={() => setFailure(null)}
        />
      )}
      {given && failure && (
        <p role="alert" className="mt-1 text-small font-bold text-tomato">
          {failure}
        </p>
      )}
    </div>
  );
}

/** What the server says about the code, or that it could not say anything. */
function why(error: unknown): string {
  const told = error instanceof ProblemError ? error.fields[0]?.detail : undefined;
  return told ?? t('basket.code.unchecked', { reason: explain(error).message });
}

interface EnterProps {
  failure: string | null;
  onEnter: (code: string) => Promise<void> | void;
  onType: () => void;
}

function Enter({ failure, onEnter, onType }: EnterProps) {
  const id = useId();
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    await onEnter(typed.trim());
    setBusy(false);
  };
  return (
    <form noValidate className="flex gap-2" onSubmit={(event) => void send(event)}>
      <Field
        id={id}
        label={t('basket.code')}
        className="min-w-0 grow"
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        maxLength={32}
        value={typed}
        error={failure ?? undefined}
        onChange={(event) => {
          setTyped(event.target.value);
          if (failure) onType();
        }}
      />
      <Button type="submit" busy={busy} className="mt-7 self-start">
        {busy ? t('basket.code.busy') : t('basket.code.apply')}
      </Button>
    </form>
  );
}

function Given({ given, onRemove }: { given: GivenCode; onRemove: () => void }) {
  const { code, title, applied, reason } = given;
  return (
    <div
      className={classes(
        'flex min-h-18 items-center gap-3 border-2 ps-4',
        applied ? 'border-awning bg-awning-tint' : 'border-amber bg-amber-tint',
      )}
    >
      <Tag
        aria-hidden="true"
        className={classes('size-5 shrink-0', applied ? 'text-awning' : 'text-amber')}
      />
      <div className="min-w-0 grow py-2">
        <p className="font-bold break-words">
          {applied ? t('basket.code.applied', { code, title }) : t('basket.code.idle', { code })}
        </p>
        {!applied && reason && <p className="text-small">{reason}</p>}
      </div>
      <IconButton label={t('basket.code.remove', { code })} onClick={onRemove}>
        <X aria-hidden="true" className="size-5" />
      </IconButton>
    </div>
  );
}
