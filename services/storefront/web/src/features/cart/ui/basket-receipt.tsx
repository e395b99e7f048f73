import type { ReactNode } from 'react';
import { t } from '~/text/buying';
import { Receipt } from '~/ui';
import { useBasket } from '../basket';
import { CodeField } from './code-field';

/**
 * The sums as the server last gave them, the way on, and the discount code. What is said of a code
 * stands last, so that it moves nothing, however late it comes.
 */
export function BasketReceipt({ children }: { children: ReactNode }) {
  const { cart, updating } = useBasket();
  if (!cart) return null;
  return (
    <>
      <Receipt
        title={t('receipt.title')}
        totals={cart.totals}
        unknown={t('receipt.at.delivery')}
        noDiscount={t('receipt.discount.none')}
        updating={updating}
      >
        {children}
      </Receipt>
      <CodeField />
    </>
  );
}
