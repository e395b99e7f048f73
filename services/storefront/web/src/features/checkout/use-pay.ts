import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { orderQuery } from '~/features/orders';
import { t } from '~/text/buying';
import { announce } from '~/ui';
import { type Checkout, checkoutQuery, completeCheckout, readCheckout } from './api';
import { agreement } from './model';
import { findOut, type Outcome, pay, told } from './pay';
import { payKey } from './pay-key';

export type Phase = 'idle' | 'paying' | 'asking';

/**
 * Paying for a checkout, once at a time. `onOutcome` gets what came of it, also of a payment that was
 * under way when the page was loaded.
 */
export function usePay(checkout: Checkout, onOutcome: (outcome: Outcome) => void) {
  const client = useQueryClient();
  const [phase, setPhase] = useState<Phase>('idle');
  const busy = useRef(false);
  const latest = useRef({ checkout, onOutcome });
  latest.current = { checkout, onOutcome };
  const { id } = checkout;

  const teller = useCallback(
    () => ({
      read: async () => {
        const fresh = await readCheckout(id);
        client.setQueryData(checkoutQuery(id).queryKey, fresh);
        return fresh;
      },
      wait: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
      onAsking: () => setPhase('asking'),
    }),
    [client, id],
  );

  const run = useCallback(async (work: () => Promise<Outcome | null>) => {
    if (busy.current) {
      announce(t('checkout.review.already'), 'assertive');
      return;
    }
    busy.current = true;
    try {
      const outcome = await work();
      if (outcome) latest.current.onOutcome(outcome);
    } finally {
      busy.current = false;
      setPhase('idle');
    }
  }, []);

  const start = (agreed: Checkout) =>
    run(async () => {
      const total = agreed.totals.grand;
      if (!total) return null;
      setPhase('paying');
      const key = payKey(id, agreement(agreed));
      const complete = async () => {
        const answer = await completeCheckout(id, total, key);
        if ('number' in answer) client.setQueryData(orderQuery(answer.number).queryKey, answer);
        return answer;
      };
      return pay({ ...teller(), complete });
    });

  const running = told(checkout) === 'running';
  useEffect(() => {
    if (!running || busy.current) return;
    setPhase('asking');
    void run(() => findOut(teller()));
  }, [running, run, teller]);

  return { phase, start };
}
