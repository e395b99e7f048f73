import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { explain } from '~/api';
import { t } from '~/text/buying';
import { Button, Modal } from '~/ui';
import { type Checkout, checkoutQuery, useCheckoutChanges } from '../api';

/** How long before the end the visitor is asked. */
const WARNING_MS = 120_000;

/** Checkouts that were prolonged from this page; the shop does it once for each. */
const prolonged = new Set<string>();

/**
 * The time limit of the reservation: asks two minutes before the end whether more time is needed, and
 * reads the checkout again when the time is over.
 */
export function HoldDialog({ checkout }: { checkout: Checkout }) {
  const client = useQueryClient();
  const { id } = checkout;
  const { extend } = useCheckoutChanges(id);
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const until = checkout.reservation_expires_at;

  useEffect(() => {
    if (!until) return;
    const left = Date.parse(until) - Date.now();
    const warning = setTimeout(() => setOpen(true), Math.max(0, left - WARNING_MS));
    const end = setTimeout(() => {
      setOpen(false);
      void client.invalidateQueries(checkoutQuery(id));
    }, left);
    return () => {
      clearTimeout(warning);
      clearTimeout(end);
      setOpen(false);
    };
  }, [client, id, until]);

  const more = async () => {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    try {
      await extend();
      prolonged.add(id);
      setOpen(false);
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };

  const spent = prolonged.has(id);
  return (
    <Modal open={open} onClose={() => setOpen(false)} title={t('checkout.hold.title')}>
      <p>{t('checkout.hold.text')}</p>
      {spent && <p className="mt-2">{t('checkout.hold.once')}</p>}
      {failure !== null && (
        <p role="alert" className="mt-2 font-bold text-tomato">
          {explain(failure).message}
        </p>
      )}
      <div className="mt-4 flex flex-wrap gap-3">
        {!spent && (
          <Button look="primary" busy={busy} onClick={() => void more()}>
            {busy ? t('checkout.hold.busy') : t('checkout.hold.more')}
          </Button>
        )}
        <Button onClick={() => setOpen(false)}>{t('checkout.hold.fine')}</Button>
      </div>
    </Modal>
  );
}
