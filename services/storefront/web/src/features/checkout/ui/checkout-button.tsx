import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useId, useRef, useState } from 'react';
import { explain, ProblemError } from '~/api';
import { basket, closeBasketSheet, useBasket } from '~/features/cart';
import { t } from '~/text/buying';
import { Button } from '~/ui';
import { checkoutQuery, openCheckout } from '../api';
import { progress } from '../model';
import { shortLines } from '../short-lines';

/** Longest wait for changes of the basket that are still on their way. */
const FLUSH_MS = 8_000;

interface CheckoutButtonProps {
  label?: string;
  look?: 'primary' | 'outline';
}

/** Saves what is left of the basket, opens its checkout and goes to the first open step. */
export function CheckoutButton({
  label = t('basket.checkout'),
  look = 'primary',
}: CheckoutButtonProps) {
  const { lines } = useBasket();
  const client = useQueryClient();
  const navigate = useNavigate();
  const note = useId();
  const running = useRef(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<readonly string[]>([]);
  const blocked = lines.some(
    ({ settled }) => settled?.availability === 'out' || settled?.availability === 'gone',
  );

  const go = async () => {
    if (!basket.view().cart) await basket.load();
    const saved = await basket.flush(FLUSH_MS);
    const { cart, faults } = basket.view();
    if (!saved || !cart || faults.length > 0) return [t('basket.checkout.unsaved')];
    const checkout = await openCheckout(cart.id);
    client.setQueryData(checkoutQuery(checkout.id).queryKey, checkout);
    closeBasketSheet();
    const at = progress(checkout);
    if ('placed' in at) {
      await navigate({ to: '/order/$number/done', params: { number: at.placed } });
    } else {
      const step = 'at' in at ? at.at : 'contact';
      await navigate({ to: `/checkout/$id/${step}`, params: { id: checkout.id } });
    }
    return [];
  };

  const press = async () => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setFailure([]);
    try {
      setFailure(await go());
    } catch (error) {
      setFailure([t('basket.checkout.failed'), ...reasons(error)]);
      void basket.load();
    } finally {
      running.current = false;
      setBusy(false);
    }
  };

  return (
    <div>
      <Button
        look={look}
        busy={busy}
        blockedBy={blocked ? note : undefined}
        className="w-full font-text text-lead"
        onClick={() => void press()}
      >
        {busy ? t('basket.checkout.busy') : label}
      </Button>
      {blocked && (
        <p id={note} className="mt-2 font-text text-small font-bold text-tomato">
          {t('basket.checkout.blocked')}
        </p>
      )}
      {failure.length > 0 && (
        <div role="alert" className="mt-2 font-text text-small font-bold text-tomato">
          {failure.map((line) => (
            <p key={line}>{line}</p>
          ))}
        </div>
      )}
    </div>
  );
}

/** Which lines are short, or else what went wrong. */
function reasons(error: unknown): string[] {
  const short = error instanceof ProblemError ? shortLines(error) : [];
  if (short.length === 0) return [explain(error).message, explain(error).reference];
  return short.map(({ title, left, requested }) =>
    t('checkout.stock.line', { title, count: left, wanted: requested }),
  );
}
