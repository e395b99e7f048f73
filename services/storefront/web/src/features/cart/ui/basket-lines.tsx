import { Link } from '@tanstack/react-router';
import { Trash2, Undo2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { show } from '~/money';
import { t } from '~/text/buying';
import { Button, classes, IconButton, Notice, Picture, Stepper } from '~/ui';
import { basket, useBasket } from '../basket';
import { faultText } from '../fault-text';
import type { ViewLine } from '../view';

/** How long a removed line can be put back. */
const UNDO_MS = 6_000;

/**
 * The lines of the basket, with what just was removed still in its place. `level` is one below the
 * heading that they stand under.
 */
export function BasketLines({ level }: { level: 'h2' | 'h3' }) {
  const { lines, faults } = useBasket();
  const [removed, setRemoved] = useState<{ line: ViewLine; at: number } | null>(null);
  const undo = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!removed) return;
    undo.current?.focus();
    const timer = setTimeout(() => setRemoved(null), UNDO_MS);
    return () => clearTimeout(timer);
  }, [removed]);

  const remove = (line: ViewLine, at: number) => {
    basket.set(line.variant_id, 0);
    setRemoved({ line, at });
  };

  const rows = lines.map((line, at) => (
    <li key={line.variant_id} className="py-5">
      <BasketLine line={line} level={level} onRemove={() => remove(line, at)} />
    </li>
  ));
  if (removed) {
    rows.splice(
      removed.at,
      0,
      <li key="removed" className="flex flex-wrap items-center justify-between gap-3 py-5">
        <p role="status">{t('basket.line.removed', { title: removed.line.title })}</p>
        <Button
          ref={undo}
          onClick={() => {
            basket.restore(removed.line.variant_id, removed.line.qty, removed.line);
            setRemoved(null);
          }}
        >
          <Undo2 aria-hidden="true" className="size-5" />
          {t('basket.line.undo')}
        </Button>
      </li>,
    );
  }

  return (
    <>
      {faults.map((fault) => (
        <Notice key={fault.variant_id} tone="error" urgent className="mb-4">
          <p>{t('basket.fault', { title: fault.title, reason: faultText(fault) })}</p>
          <Button look="quiet" onClick={() => basket.dismiss(fault.variant_id)}>
            {t('basket.fault.dismiss')}
          </Button>
        </Notice>
      ))}
      {rows.length > 0 && (
        <ul aria-label={t('basket.lines')} className="divide-y divide-line border-y border-line">
          {rows}
        </ul>
      )}
    </>
  );
}

interface BasketLineProps {
  line: ViewLine;
  level: 'h2' | 'h3';
  onRemove: () => void;
}

function BasketLine({ line, level: Heading, onRemove }: BasketLineProps) {
  const { settled } = line;
  const options = Object.values(line.options).join(' · ');
  return (
    <div className="grid grid-cols-[4.5rem_minmax(0,1fr)] gap-4 sm:grid-cols-[6rem_minmax(0,1fr)]">
      <Picture image={line.image} decorative className="w-full border-2 border-ink" />
      <div className="min-w-0">
        <div className="flex items-start justify-between gap-4">
          <Heading className="font-text text-body font-bold">
            <Link
              to="/p/$slug"
              params={{ slug: line.slug }}
              search={settled ? { v: settled.sku } : {}}
              className="underline-offset-4 hover:underline"
            >
              {line.title}
            </Link>
          </Heading>
          {settled?.line_total && (
            <span
              className={classes(
                'shrink-0 font-mono font-bold',
                line.qty !== settled.qty && 'text-ink-3',
              )}
            >
              {show(settled.line_total)}
            </span>
          )}
        </div>
        <p className="text-small text-ink-2">
          {[options, settled && t('basket.line.unit', { price: show(settled.unit) })]
            .filter(Boolean)
            .join(' · ')}
        </p>
        <LineNotes line={line} />
        <div className="mt-3 flex items-center justify-between gap-3">
          <Stepper
            label={line.title}
            value={line.qty}
            max={line.max_qty}
            pending={line.state !== 'settled'}
            onChange={(qty) => basket.set(line.variant_id, qty)}
          />
          <IconButton label={t('basket.line.remove', { title: line.title })} onClick={onRemove}>
            <Trash2 aria-hidden="true" className="size-5" />
          </IconButton>
        </div>
      </div>
    </div>
  );
}

/** What is to be known about a line before paying for it. */
function LineNotes({ line }: { line: ViewLine }) {
  const { settled, fault, state } = line;
  const note = 'mt-1 text-small font-bold';
  return (
    <>
      {!settled && state === 'pending' && (
        <p className="mt-1 text-small text-ink-2">{t('basket.line.adding')}</p>
      )}
      {state === 'waiting' && (
        <p role="status" className={classes(note, 'text-amber')}>
          {t('basket.line.waiting')}
        </p>
      )}
      {fault && (
        <p role="alert" className={classes(note, 'text-tomato')}>
          {faultText(fault)}
        </p>
      )}
      {settled?.was && (
        <p className={classes(note, 'text-amber')}>
          {t('basket.line.was', { was: show(settled.was), now: show(settled.unit) })}
        </p>
      )}
      {settled?.availability === 'low' && (
        <p className={classes(note, 'text-amber')}>{t('basket.line.low')}</p>
      )}
      {(settled?.availability === 'out' || settled?.availability === 'gone') && (
        <p className={classes(note, 'text-tomato')}>{t(`basket.line.${settled.availability}`)}</p>
      )}
    </>
  );
}
