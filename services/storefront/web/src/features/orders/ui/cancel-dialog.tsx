import { useEffect, useState } from 'react';
import { show } from '~/money';
import { t } from '~/text/buying';
import { Button, Modal } from '~/ui';
import { type Order, useOrderChanges } from '../api';
import { Refusal } from './refusal';

interface CancelDialogProps {
  order: Order;
  open: boolean;
  onClose: () => void;
  onDone: () => void;
}

/** Asks once more, and says what becomes of the money. */
export function CancelDialog({ order, open, onClose, onDone }: CancelDialogProps) {
  const { cancel } = useOrderChanges(order.number);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    if (open) setFailure(null);
  }, [open]);

  const send = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await cancel();
      onDone();
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Modal open={open} onClose={onClose} title={t('order.cancel.title', { number: order.number })}>
      <div className="space-y-3">
        <p>{t('order.cancel.text')}</p>
        <p className="font-bold">{moneyText(order)}</p>
        <Refusal error={failure} />
        <div className="flex flex-wrap gap-3 pt-1">
          <Button look="danger" busy={busy} onClick={() => void send()}>
            {busy ? t('order.cancel.busy') : t('order.cancel')}
          </Button>
          <Button onClick={onClose}>{t('order.cancel.keep')}</Button>
        </div>
      </div>
    </Modal>
  );
}

function moneyText({ payment_status, totals }: Order): string {
  if (!totals.grand || payment_status === 'none') return t('order.cancel.money.none');
  const amount = show(totals.grand);
  return payment_status === 'authorized'
    ? t('order.cancel.money.held', { amount })
    : t('order.cancel.money.paid', { amount });
}
