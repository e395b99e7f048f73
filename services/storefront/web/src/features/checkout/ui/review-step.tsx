import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { explain, type ProblemError } from '~/api';
import { show } from '~/money';
import { t } from '~/text/buying';
import { AddressText, Button, Notice } from '~/ui';
import { type Checkout, ratesQuery, useCheckoutChanges } from '../api';
import type { StepName } from '../model';
import type { Outcome } from '../pay';
import { dropPayKey } from '../pay-key';
import type { ShortLine } from '../short-lines';
import { usePay } from '../use-pay';
import { BankQuestion } from './bank-question';
import { type PriceChange, PriceDialog, priceChange, StockDialog } from './outcome-dialogs';

interface ReviewStepProps {
  checkout: Checkout;
  onPlaced: (number: string) => void;
}

export function ReviewStep({ checkout, onPlaced }: ReviewStepProps) {
  const { refresh } = useCheckoutChanges(checkout.id);
  const navigate = useNavigate();
  const [failed, setFailed] = useState<ProblemError | null>(null);
  const [change, setChange] = useState<PriceChange | null>(null);
  const [short, setShort] = useState<ShortLine[]>([]);

  const onOutcome = async (outcome: Outcome) => {
    switch (outcome.kind) {
      case 'placed':
        onPlaced(outcome.number);
        return;
      case 'stock':
        setShort(outcome.lines);
        return;
      case 'price': {
        dropPayKey(checkout.id);
        setChange(priceChange(checkout, await refresh()));
        return;
      }
      case 'failed':
        setFailed(outcome.error);
        return;
      case 'declined':
        // The payment step reads the reason from the checkout itself.
        await refresh();
        await navigate({ to: '/checkout/$id/payment', params: { id: checkout.id } });
        return;
      case 'challenge':
      case 'lapsed':
      case 'changed':
      case 'closed':
        await refresh();
    }
  };
  const { phase, start } = usePay(checkout, (outcome) => void onOutcome(outcome));
  const total = checkout.totals.grand;
  const asked = checkout.payment.state === 'challenge';

  return (
    <div className="space-y-8">
      <Summary checkout={checkout} />
      {phase === 'asking' && (
        <Notice tone="info" urgent>
          <p className="font-bold">{t('checkout.review.asking')}</p>
          <p>{t('checkout.review.asking.text')}</p>
        </Notice>
      )}
      {failed && (
        <Notice tone="error" urgent>
          <p>{explain(failed).message}</p>
          <p className="font-mono text-caption break-all text-ink-2">{explain(failed).reference}</p>
        </Notice>
      )}
      {asked && (
        <BankQuestion
          checkout={checkout}
          onAnswered={(answered) => {
            setFailed(null);
            void start(answered);
          }}
        />
      )}
      {total && !asked && (
        <Button
          look="primary"
          className="w-full text-lead sm:w-auto"
          aria-busy={phase !== 'idle' || undefined}
          onClick={() => {
            setFailed(null);
            void start(checkout);
          }}
        >
          {phase === 'idle'
            ? t('checkout.review.pay', { amount: show(total) })
            : t('checkout.review.busy')}
        </Button>
      )}
      <StockDialog lines={short} onClose={() => setShort([])} />
      <PriceDialog
        change={change}
        onClose={() => setChange(null)}
        onAccept={(agreed) => {
          setChange(null);
          void start(agreed);
        }}
      />
    </div>
  );
}

/** What was entered, each with the way back to its step. */
function Summary({ checkout }: { checkout: Checkout }) {
  const rates = useQuery(ratesQuery(checkout));
  const { address, payment } = checkout;
  const rate = rates.data?.items.find((each) => each.id === checkout.rate);
  return (
    <dl className="divide-y divide-line border-y-2 border-ink">
      <Entry id={checkout.id} step="contact" label={t('checkout.summary.contact')}>
        {checkout.email}
      </Entry>
      {address && (
        <Entry id={checkout.id} step="contact" label={t('checkout.summary.address')}>
          <AddressText address={address} />
        </Entry>
      )}
      <Entry id={checkout.id} step="delivery" label={t('checkout.summary.delivery')}>
        {rate?.title ?? checkout.rate}
      </Entry>
      {payment.card && (
        <Entry id={checkout.id} step="payment" label={t('checkout.summary.card')}>
          {t('checkout.summary.card.text', payment.card)}
        </Entry>
      )}
    </dl>
  );
}

function Entry({
  id,
  step,
  label,
  children,
}: {
  id: string;
  step: StepName;
  label: string;
  children: ReactNode;
}) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 py-3 sm:grid-cols-[8rem_minmax(0,1fr)_auto]">
      <dt className="text-ink-2 max-sm:col-span-2">{label}</dt>
      <dd className="break-words">{children}</dd>
      <dd>
        <Link
          to={`/checkout/$id/${step}`}
          params={{ id }}
          aria-label={`${t('checkout.review.edit')}: ${label}`}
          className="inline-flex min-h-6 min-w-11 items-center justify-end font-bold text-awning underline underline-offset-4"
        >
          {t('checkout.review.edit')}
        </Link>
      </dd>
    </div>
  );
}
