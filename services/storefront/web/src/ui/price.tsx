import { type Money, parts, show } from '~/money';
import { t } from '~/text';
import { classes } from './classes';

interface PriceTagProps {
  money: Money;
  /** The price before an offer. */
  was?: Money | null | undefined;
  size?: 's' | 'm' | 'l';
  /** Pressed on like a stamp whenever the amount changes. */
  stamp?: boolean;
}

const SIZES = { s: 'shelf-tag-s', m: 'shelf-tag-m', l: 'shelf-tag-l' } as const;

/**
 * The yellow shelf tag: money that decides. Readers of the page hear the full amount once; the split
 * digits are decoration.
 */
export function PriceTag({ money, was, size = 'm', stamp = false }: PriceTagProps) {
  const { before, major, minor, after } = parts(money);
  return (
    <span className="inline-flex flex-wrap items-end gap-x-3 gap-y-1">
      <span
        key={stamp ? money.minor : undefined}
        className={classes('shelf-tag', SIZES[size], stamp && 'shelf-tag-stamp')}
      >
        <span className="sr-only">{show(money)}</span>
        <span aria-hidden="true" className="shelf-tag-raised pe-0.5">
          {before}
        </span>
        <span aria-hidden="true">{major}</span>
        <span aria-hidden="true" className="shelf-tag-raised ps-0.5">
          {minor}
          {after}
        </span>
      </span>
      {was && (
        <span className={classes('text-ink-2', size === 'l' ? 'text-body' : 'text-small')}>
          <span className="sr-only">{t('price.was')} </span>
          <s>{show(was)}</s>
        </span>
      )}
    </span>
  );
}
