import { Link } from '@tanstack/react-router';
import { type Money, same, show } from '~/money';
import { t } from '~/text/buying';
import { Button, buttonClass, Modal } from '~/ui';
import type { Checkout } from '../api';
import type { ShortLine } from '../short-lines';

/** Which lines are short; the basket is where that can be changed. */
export function StockDialog({
  lines,
  onClose,
}: {
  lines: readonly ShortLine[];
  onClose: () => void;
}) {
  return (
    <Modal open={lines.length > 0} onClose={onClose} title={t('checkout.stock.title')}>
      <p>{t('checkout.stock.text')}</p>
      <ul className="my-4 list-disc space-y-1 ps-6">
        {lines.map((line) => (
          <li key={line.variant_id}>
            {t('checkout.stock.line', {
              title: line.title,
              count: line.left,
              wanted: line.requested,
            })}
          </li>
        ))}
      </ul>
      <Link to="/cart" className={buttonClass('primary')}>
        {t('checkout.stock.basket')}
      </Link>
    </Modal>
  );
}

export interface PriceChange {
  /** The checkout at the new prices, which is what accepting agrees to. */
  checkout: Checkout;
  total: { old: Money; now: Money };
  lines: readonly { title: string; old: Money; now: Money }[];
}

/** What costs something else than a moment ago. */
export function priceChange(before: Checkout, after: Checkout): PriceChange | null {
  const { grand: old } = before.totals;
  const { grand: now } = after.totals;
  if (!old || !now) return null;
  const lines = after.cart.lines.flatMap((line) => {
    const earlier = before.cart.lines.find((each) => each.variant_id === line.variant_id);
    return earlier && !same(earlier.unit, line.unit)
      ? [{ title: line.title, old: earlier.unit, now: line.unit }]
      : [];
  });
  return { checkout: after, total: { old, now }, lines };
}

/** Old and new, line by line. Nothing is paid before the visitor accepts. */
export function PriceDialog({
  change,
  onAccept,
  onClose,
}: {
  change: PriceChange | null;
  onAccept: (checkout: Checkout) => void;
  onClose: () => void;
}) {
  return (
    <Modal open={change !== null} onClose={onClose} title={t('checkout.price.title')}>
      {change && (
        <>
          <p>{t('checkout.price.text')}</p>
          <ul className="my-4 space-y-1 font-mono text-small">
            {change.lines.map((line) => (
              <li key={line.title}>
                {t('checkout.price.line', {
                  title: line.title,
                  old: show(line.old),
                  now: show(line.now),
                })}
              </li>
            ))}
            <li className="font-bold">
              {t('checkout.price.total', {
                old: show(change.total.old),
                now: show(change.total.now),
              })}
            </li>
          </ul>
          <div className="flex flex-wrap gap-3">
            <Button look="primary" onClick={() => onAccept(change.checkout)}>
              {t('checkout.price.accept', { amount: show(change.total.now) })}
            </Button>
            <Link to="/cart" className={buttonClass('outline')}>
              {t('checkout.price.back')}
            </Link>
          </div>
        </>
      )}
    </Modal>
  );
}
