import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { t } from '~/text/buying';
import { buttonClass, Modal } from '~/ui';
import { useBasket } from '../basket';
import { closeBasketSheet, useBasketSheet } from '../sheet-state';
import { BasketLines } from './basket-lines';
import { BasketReceipt } from './basket-receipt';

/** Opens after something was added: the same lines and sums as the basket page. */
export function BasketSheet({ checkout }: { checkout: ReactNode }) {
  const open = useBasketSheet();
  return (
    <Modal open={open} onClose={closeBasketSheet} title={t('basket.sheet.title')} sheet>
      <SheetBody checkout={checkout} />
    </Modal>
  );
}

function SheetBody({ checkout }: { checkout: ReactNode }) {
  const { lines } = useBasket();
  return (
    <div className="min-h-0 grow overflow-y-auto px-4 py-4 sm:px-6">
      <BasketLines level="h3" />
      {lines.length > 0 ? (
        <div className="mt-6">
          <BasketReceipt>{checkout}</BasketReceipt>
        </div>
      ) : (
        <p className="py-6 text-center text-ink-2">{t('basket.empty.title')}</p>
      )}
      <p className="mt-4 text-center">
        <Link to="/cart" onClick={closeBasketSheet} className={buttonClass('quiet')}>
          {t('basket.open')}
        </Link>
      </p>
    </div>
  );
}
