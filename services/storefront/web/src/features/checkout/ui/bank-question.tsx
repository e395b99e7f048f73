import { useEffect, useRef, useState } from 'react';
import { explain, ProblemError } from '~/api';
import { t } from '~/text/buying';
import { Button, Notice } from '~/ui';
import { type Checkout, useCheckoutChanges } from '../api';

interface BankQuestionProps {
  checkout: Checkout;
  /** The bank has its answer; paying goes on from there. */
  onAnswered: (checkout: Checkout) => void;
}

/** The page of the simulated bank (3-D Secure), within the shop's own. */
export function BankQuestion({ checkout, onAnswered }: BankQuestionProps) {
  const { answerBank } = useCheckoutChanges(checkout.id);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<ProblemError | null>(null);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);

  const answer = async (outcome: 'pass' | 'fail') => {
    if (busy) return;
    setBusy(true);
    setFailed(null);
    try {
      onAnswered(await answerBank(outcome));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setFailed(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <section className="space-y-4 border-2 border-ink p-4" aria-busy={busy || undefined}>
      <h2 ref={title} tabIndex={-1} className="text-lead font-bold">
        {t('checkout.bank.title')}
      </h2>
      <p>{t('checkout.bank.text')}</p>
      {failed && (
        <Notice tone="error" urgent>
          <p>{explain(failed).message}</p>
        </Notice>
      )}
      <div className="flex flex-wrap gap-4">
        <Button look="primary" onClick={() => void answer('pass')}>
          {t('checkout.bank.pass')}
        </Button>
        <Button onClick={() => void answer('fail')}>{t('checkout.bank.fail')}</Button>
      </div>
    </section>
  );
}
