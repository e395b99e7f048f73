import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { explain } from '~/api';
import { show } from '~/money';
import { showDayRange } from '~/text';
import { t } from '~/text/buying';
import { Button, Notice, Panel, RadioTiles, Skeleton } from '~/ui';
import { type Checkout, ratesQuery, type ShippingRate, useCheckoutChanges } from '../api';
import { cheapest } from '../model';

interface StepProps {
  checkout: Checkout;
  /** Gets the changed checkout, which may be a successor of the one before. */
  onDone: (checkout: Checkout) => void;
}

export function DeliveryStep({ checkout, onDone }: StepProps) {
  const query = useQuery(ratesQuery(checkout));
  return (
    <Panel
      query={query}
      failed={t('checkout.delivery.failed')}
      skeleton={
        <div className="space-y-2">
          <Skeleton className="h-18" />
          <Skeleton className="h-18" />
        </div>
      }
    >
      {({ items }) =>
        items.length > 0 ? (
          <RateForm checkout={checkout} rates={items} onDone={onDone} />
        ) : (
          <Notice tone="error">
            <p>{t('checkout.delivery.none')}</p>
          </Notice>
        )
      }
    </Panel>
  );
}

interface RateFormProps {
  checkout: Checkout;
  rates: readonly ShippingRate[];
  onDone: (checkout: Checkout) => void;
}

function RateForm({ checkout, rates, onDone }: RateFormProps) {
  const { patch } = useCheckoutChanges(checkout.id);
  const offered = rates.find((rate) => rate.id === checkout.rate) ?? cheapest(rates);
  const [rate, setRate] = useState(offered?.id);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || !rate) return;
    setBusy(true);
    setFailure(null);
    try {
      onDone(await patch({ rate }));
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  };

  return (
    <form className="space-y-8" onSubmit={(event) => void send(event)}>
      <RadioTiles
        legend={t('checkout.delivery.legend')}
        legendClass="sr-only"
        rows
        value={rate}
        onChange={setRate}
        tiles={rates.map((each) => ({
          value: each.id,
          label: (
            <span className="flex grow flex-wrap items-baseline justify-between gap-x-4">
              <span>
                {each.title}
                <span className="block text-small font-normal text-ink-2">
                  {showDayRange(new Date(), each.min_days, each.max_days)}
                </span>
              </span>
              <span className="font-mono">{show(each.price)}</span>
            </span>
          ),
        }))}
      />
      {failure !== null && (
        <Notice tone="error" urgent>
          <p>{t('form.failed')}</p>
          <p>{explain(failure).message}</p>
          <p className="font-mono text-caption break-all text-ink-2">
            {explain(failure).reference}
          </p>
        </Notice>
      )}
      <Button look="primary" type="submit" busy={busy} className="w-full text-lead sm:w-auto">
        {busy ? t('form.busy') : t('checkout.delivery.next')}
      </Button>
    </form>
  );
}
