import { useState } from 'react';
import { showMoment } from '~/text';
import { t } from '~/text/buying';
import { Button } from '~/ui';
import type { Order } from '../api';
import { CancelDialog } from './cancel-dialog';
import { ReturnDialog } from './return-dialog';

interface OrderActionsProps {
  order: Order;
  /** Something was done, and the button that began it may be gone. */
  onDone: () => void;
}

/** What the visitor may do now, as the server says; a sentence keeps the place when it is nothing. */
export function OrderActions({ order, onDone }: OrderActionsProps) {
  const [open, setOpen] = useState<'cancel' | 'return' | null>(null);
  const close = () => setOpen(null);
  const done = () => {
    close();
    // The dialog gives the focus back first, to a button that goes away.
    setTimeout(onDone);
  };
  const under = order.state === 'fulfilling' || order.state === 'shipped';
  return (
    <section aria-label={t('order.actions')} className="flex min-h-12 flex-wrap items-center gap-4">
      {order.allowed.includes('cancel') && (
        <Button onClick={() => setOpen('cancel')}>{t('order.cancel')}</Button>
      )}
      {order.allowed.includes('return') && (
        <>
          <Button onClick={() => setOpen('return')}>{t('order.sendback')}</Button>
          {order.return_until && (
            <span className="text-small text-ink-2">
              {t('order.return.until', { time: showMoment(order.return_until) })}
            </span>
          )}
        </>
      )}
      {order.allowed.length === 0 && (
        <p className="text-small text-ink-2">
          {t(under ? 'order.actions.none' : 'order.actions.over')}
        </p>
      )}
      <CancelDialog order={order} open={open === 'cancel'} onClose={close} onDone={done} />
      <ReturnDialog order={order} open={open === 'return'} onClose={close} onDone={done} />
    </section>
  );
}
