import { type FormEvent, useRef, useState } from 'react';
import { ProblemError } from '~/api';
import { randomId } from '~/browser/ids';
import { t } from '~/text/buying';
import { AreaField, Button, Modal, Stepper } from '~/ui';
import { type NewReturn, type Order, useOrderChanges } from '../api';
import { type Returnable, returnable } from '../model';
import { Refusal } from './refusal';

/** Most characters of a reason, as the orders service takes them. */
const REASON_LENGTH = 500;

interface ReturnDialogProps {
  order: Order;
  open: boolean;
  onClose: () => void;
  onDone: () => void;
}

export function ReturnDialog({ order, open, onClose, onDone }: ReturnDialogProps) {
  return (
    <Modal open={open} onClose={onClose} title={t('order.sendback.title')}>
      <ReturnForm order={order} onDone={onDone} />
    </Modal>
  );
}

interface Wrong {
  lines?: string | undefined;
  reason?: string | undefined;
}

/** What the server refused, at the part of the form that it points to; `rest` has no part of its own. */
function refused(error: unknown): { wrong: Wrong; rest: unknown } {
  const fields = error instanceof ProblemError ? error.fields : [];
  const at = (start: string) => fields.find(({ pointer }) => pointer.startsWith(start))?.detail;
  const wrong = { lines: at('/lines'), reason: at('/reason') };
  return { wrong, rest: wrong.lines || wrong.reason ? null : error };
}

/** Which pieces come back, and why. */
function ReturnForm({ order, onDone }: Pick<ReturnDialogProps, 'order' | 'onDone'>) {
  const { sendBack } = useOrderChanges(order.number);
  const choices = returnable(order);
  const [wanted, setWanted] = useState<Readonly<Record<string, number>>>(() => preset(choices));
  const [reason, setReason] = useState('');
  const [wrong, setWrong] = useState<Wrong>({});
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const area = useRef<HTMLFormElement>(null);
  const key = useKey();

  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const lines = choices
      .map(({ line: { variant_id }, left }) => ({
        variant_id,
        qty: Math.min(left, wanted[variant_id] ?? 0),
      }))
      .filter(({ qty }) => qty > 0);
    const missing: Wrong = {
      lines: lines.length === 0 ? t('order.sendback.lines.error') : undefined,
      reason: reason.trim() ? undefined : t('order.sendback.reason.error'),
    };
    setWrong(missing);
    setFailure(null);
    if (missing.lines || missing.reason) {
      const where = missing.lines ? 'input' : 'textarea';
      area.current?.querySelector<HTMLElement>(where)?.focus();
      return;
    }
    setBusy(true);
    try {
      const body: NewReturn = { lines, reason: reason.trim() };
      await sendBack(body, key(body));
      onDone();
    } catch (error) {
      const { wrong: told, rest } = refused(error);
      setWrong(told);
      setFailure(rest);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form ref={area} noValidate className="space-y-5" onSubmit={(event) => void send(event)}>
      <p>{t('order.sendback.text')}</p>
      <fieldset aria-describedby={wrong.lines ? 'return-lines-error' : undefined}>
        <legend className="mb-2 font-bold">{t('order.sendback.lines')}</legend>
        <ul className="divide-y divide-line border-y border-line">
          {choices.map(({ line, left }) => (
            <li
              key={line.variant_id}
              className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3"
            >
              <span className="min-w-0">
                {line.title}
                <span className="block text-small text-ink-2">
                  {[...Object.values(line.options), t('order.sendback.left', { count: left })].join(
                    ' · ',
                  )}
                </span>
              </span>
              <Stepper
                label={line.title}
                value={wanted[line.variant_id] ?? 0}
                min={0}
                max={left}
                onChange={(qty) => setWanted({ ...wanted, [line.variant_id]: qty })}
              />
            </li>
          ))}
        </ul>
        {wrong.lines && (
          <p id="return-lines-error" role="alert" className="mt-1 text-small font-bold text-tomato">
            {wrong.lines}
          </p>
        )}
      </fieldset>
      <AreaField
        label={t('order.sendback.reason')}
        hint={t('order.sendback.reason.hint', { max: REASON_LENGTH })}
        error={wrong.reason}
        maxLength={REASON_LENGTH}
        value={reason}
        onChange={(event) => {
          setReason(event.target.value);
          setWrong((before) => ({ ...before, reason: undefined }));
        }}
      />
      <Refusal error={failure} />
      <Button look="primary" type="submit" busy={busy}>
        {busy ? t('order.sendback.busy') : t('order.sendback.submit')}
      </Button>
    </form>
  );
}

/** An order of one line can only mean that one. */
function preset(choices: readonly Returnable[]): Record<string, number> {
  const [only, ...others] = choices;
  return only && others.length === 0 ? { [only.line.variant_id]: only.left } : {};
}

/** The idempotency key of a wish: the same for as long as the wish is. */
function useKey(): (wish: NewReturn) => string {
  const kept = useRef({ wish: '', key: '' });
  return (wish) => {
    const text = JSON.stringify(wish);
    if (kept.current.wish !== text) kept.current = { wish: text, key: randomId() };
    return kept.current.key;
  };
}
