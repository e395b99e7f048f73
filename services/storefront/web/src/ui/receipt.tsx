import type { ReactNode } from 'react';
import { type Money, show } from '~/money';
import { t } from '~/text/buying';
import { classes } from './classes';
import { PriceTag } from './price';

/** Null or absent: not known yet, which is never shown as 0. */
interface ReceiptTotals {
  items?: Money | null;
  /** Taken off, as a positive amount. */
  discount?: Money | null;
  delivery?: Money | null;
  tax?: Money | null;
  grand?: Money | null;
}

interface ReceiptProps {
  title: string;
  totals: ReceiptTotals;
  /** Discount codes that are in the sums. */
  codes?: readonly { code: string; title: string }[] | undefined;
  /** Printed above the sums. */
  lines?: ReactNode;
  /** What a sum that is not known yet says. */
  unknown: string;
  /** Where a discount may still come: what its row says until then, so that the row stays. */
  noDiscount?: string;
  /** The sums belong to an earlier state of the basket; a new answer is on its way. */
  updating?: boolean;
  /** Printed under the total. */
  children?: ReactNode;
}

interface RowProps {
  label: string;
  money: Money | null | undefined;
  unknown: string;
  /** The amount is taken off. */
  off?: boolean;
}

function Row({ label, money, unknown, off = false }: RowProps) {
  return (
    <div className="flex items-baseline justify-between gap-4">
      <dt>{label}</dt>
      <dd className={classes('text-end', !money && 'text-caption text-ink-2')}>
        {money ? `${off ? '−' : ''}${show(money)}` : unknown}
      </dd>
    </div>
  );
}

/** The till receipt: sums as the server gave them, and words where it gave none. */
export function Receipt({
  title,
  totals,
  codes = [],
  lines,
  unknown,
  noDiscount,
  updating = false,
  children,
}: ReceiptProps) {
  const { items, discount, delivery, tax, grand } = totals;
  return (
    <section aria-label={title} aria-busy={updating || undefined} className="receipt">
      <div className="receipt-paper text-small">
        <p
          aria-hidden="true"
          className="mb-3 text-center font-sign text-h4 tracking-wide uppercase"
        >
          {title}
        </p>
        {lines && <div className="receipt-rule py-3">{lines}</div>}
        <dl className="receipt-rule space-y-1 py-3">
          <Row label={t('receipt.items')} money={items} unknown={unknown} />
          {discount && discount.minor !== 0 ? (
            <Row label={t('receipt.discount')} money={discount} unknown={unknown} off />
          ) : (
            noDiscount && <Row label={t('receipt.discount')} money={null} unknown={noDiscount} />
          )}
          {codes.map(({ code, title: does }) => (
            <div key={code} className="flex items-baseline justify-between gap-4 text-caption">
              <dt>{t('receipt.code')}</dt>
              <dd className="text-end break-words">
                {code}
                {does !== code && <span className="block text-ink-2">{does}</span>}
              </dd>
            </div>
          ))}
          <Row label={t('receipt.delivery')} money={delivery} unknown={unknown} />
          <Row label={t('receipt.tax')} money={tax} unknown={unknown} />
        </dl>
        <div className="receipt-rule flex items-center justify-between gap-4 pt-3">
          <span className="font-sign text-h4 uppercase">{t('receipt.total')}</span>
          {grand ? (
            <PriceTag money={grand} size="m" stamp />
          ) : (
            <span className="text-end text-caption text-ink-2">{unknown}</span>
          )}
        </div>
        <p aria-live="polite" className="min-h-5 pt-1 text-end text-caption text-ink-2">
          {updating ? t('receipt.updating') : ''}
        </p>
        {children}
      </div>
    </section>
  );
}

interface ReceiptLine {
  variant_id: string;
  title: string;
  qty: number;
  options: Record<string, string>;
  unit: Money;
  line_total: Money;
}

/** The printed lines of a receipt. */
export function ReceiptLines({ lines }: { lines: readonly ReceiptLine[] }) {
  return (
    <ul className="space-y-2">
      {lines.map((line) => (
        <li key={line.variant_id} className="flex justify-between gap-4">
          <span className="min-w-0">
            {line.title}
            <span className="block text-caption text-ink-2">
              {[...Object.values(line.options), `${line.qty} × ${show(line.unit)}`].join(' · ')}
            </span>
          </span>
          <span className="shrink-0">{show(line.line_total)}</span>
        </li>
      ))}
    </ul>
  );
}
