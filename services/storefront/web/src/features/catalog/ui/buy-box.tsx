import { CircleCheck, CircleX, Hourglass, ShoppingBasket } from 'lucide-react';
import { useState } from 'react';
import { t } from '~/text';
import { Button, classes, PriceTag, RadioTiles, Stepper } from '~/ui';
import type { Product, Variant } from '../api';
import { variantName, withOption } from '../model';

interface BuyBoxProps {
  product: Product;
  variant: Variant;
  onVariant: (variant: Variant) => void;
  onAdd: (variant: Variant, qty: number) => void;
}

/** Price, options, stock, quantity and the button. */
export function BuyBox({ product, variant, onVariant, onAdd }: BuyBoxProps) {
  const [wanted, setQty] = useState(1);
  const qty = Math.min(wanted, Math.max(1, variant.max_qty));
  const soldOut = variant.stock === 'out';
  const name = variantName(variant.options);

  const button = (
    <Button
      look="primary"
      className="grow text-lead"
      blockedBy={soldOut ? 'stock-line' : undefined}
      onClick={() => onAdd(variant, qty)}
    >
      <ShoppingBasket aria-hidden="true" className="size-5" />
      {soldOut
        ? name
          ? t('product.stock.out.variant', { variant: name })
          : t('product.stock.out')
        : t('product.add')}
    </Button>
  );

  return (
    <div className="space-y-6">
      <PriceTag money={variant.price} was={variant.compare_at} size="l" />
      {product.options.map((option) => (
        <RadioTiles
          key={option.name}
          legend={option.name}
          value={variant.options[option.name]}
          tiles={option.values.map((value) => ({
            value,
            label: value,
            spent: withOption(product, variant, option.name, value)?.stock === 'out',
          }))}
          onChange={(value) => {
            const next = withOption(product, variant, option.name, value);
            if (next) onVariant(next);
          }}
        />
      ))}
      <StockLine variant={variant} />
      <div className="flex flex-wrap items-center gap-3">
        <Stepper
          label={product.title}
          value={qty}
          max={Math.max(1, variant.max_qty)}
          onChange={setQty}
        />
        <div className="hidden grow sm:flex">{button}</div>
      </div>
      <div
        data-buy-bar=""
        className="fixed inset-x-0 bottom-0 z-10 flex items-center gap-3 border-t-2 border-ink bg-paper px-4 py-3 sm:hidden"
      >
        <PriceTag money={variant.price} size="s" />
        {button}
      </div>
      <p className="font-mono text-caption text-ink-2">{t('product.sku', { sku: variant.sku })}</p>
    </div>
  );
}

const STOCK_LOOKS = {
  in: { Icon: CircleCheck, tone: 'text-awning' },
  low: { Icon: Hourglass, tone: 'text-amber' },
  out: { Icon: CircleX, tone: 'text-tomato' },
} as const;

function StockLine({ variant }: { variant: Variant }) {
  const { Icon, tone } = STOCK_LOOKS[variant.stock];
  const text =
    variant.stock === 'low'
      ? variant.left == null
        ? t('product.stock.low.some')
        : t('product.stock.low', { count: variant.left })
      : t(`product.stock.${variant.stock}`);
  return (
    <p
      id="stock-line"
      aria-live="polite"
      className={classes('flex items-center gap-2 font-bold', tone)}
    >
      <Icon aria-hidden="true" className="size-5" />
      {text}
    </p>
  );
}
