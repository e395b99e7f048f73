import type { ReactNode } from 'react';
import { t } from '~/text/buying';
import { Receipt } from '~/ui';
import { useBasket } from '../basket';
import { CodeField } from './code-field';

/** The discount code, the sums as the server last gave them, and the way on. */
export function BasketReceipt({ children }: { children: ReactNode }) {
  const { cart, updating } = useBasket();
  if (!cart) return null;
  return (
    <>
      <CodeField />
      <Receipt
        title={t('receipt.title')}
        totals={cart.totals}
        unknown={t('receipt.at.delivery')}
        updating={updating}
      >
        {children}
      </Receipt>
    </>
  );
}
