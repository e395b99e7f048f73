import { zodResolver } from '@hookform/resolvers/zod';
import { CreditCard } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useForm } from 'react-hook-form';
import { ProblemError } from '~/api';
import { t } from '~/text/buying';
import { announce, Button, Field } from '~/ui';
import { type Checkout, useCheckoutChanges } from '../api';
import { draft, keepDraft } from '../drafts';
import { type CardForm, cardSchema, grouped, withSlash } from '../fields';
import { type ShortLine, shortLines } from '../short-lines';
import { TEST_CARDS } from '../test-cards';
import { CodeRefused, codeOf } from './code-refused';
import { DeclinedNotice } from './declined-notice';
import { FormFrame } from './form-frame';
import { StockDialog } from './outcome-dialogs';

const LABELS = {
  number: t('field.card.number'),
  expiry: t('field.card.expiry'),
  cvc: t('field.card.cvc'),
  holder: t('field.card.holder'),
} satisfies Record<keyof CardForm, string>;

const POINTERS = {
  '/card/number': 'number',
  '/card/expiry': 'expiry',
  '/card/cvc': 'cvc',
  '/card/holder': 'holder',
} satisfies Record<string, keyof CardForm>;

export function PaymentStep({
  checkout,
  onDone,
}: {
  checkout: Checkout;
  onDone: (checkout: Checkout) => void;
}) {
  const { pay, payWithout } = useCheckoutChanges(checkout.id);
  const [refused, setRefused] = useState<{ error: ProblemError; card: CardForm } | null>(null);
  const [short, setShort] = useState<ShortLine[]>([]);
  const { payment } = checkout;
  const form = useForm<CardForm>({
    resolver: zodResolver(cardSchema),
    mode: 'onTouched',
    shouldFocusError: false,
    defaultValues: {
      number: '',
      expiry: '',
      cvc: '',
      holder: '',
      ...draft<CardForm>(checkout.cart.id, 'card'),
    },
  });
  const { getValues, register, formState, setValue } = form;
  useEffect(
    () => () => keepDraft(checkout.cart.id, 'card', getValues()),
    [checkout.cart.id, getValues],
  );

  /** Rewrites what is typed, for example into groups of four digits. */
  const field = (name: keyof CardForm, rewrite?: (typed: string) => string) => {
    const { onChange, ...rest } = register(name);
    return {
      ...rest,
      onChange: (event: { target: HTMLInputElement; type?: string }) => {
        if (rewrite) event.target.value = rewrite(event.target.value);
        return onChange(event);
      },
      id: `card-${name}`,
      label: LABELS[name],
      error: formState.errors[name]?.message,
    };
  };

  const fill = (number: string, does: string) => {
    const options = { shouldValidate: formState.isSubmitted, shouldDirty: true };
    setValue('number', grouped(number), options);
    setValue('expiry', withSlash(`12${String(new Date().getFullYear() + 3).slice(2)}`), options);
    setValue('cvc', '123', options);
    setValue('holder', checkout.address?.name ?? '', options);
    announce(does);
  };

  const give = async (card: CardForm, send: () => Promise<Checkout>) => {
    try {
      const given = await send();
      setRefused(null);
      onDone(given);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (error.code === 'out_of_stock') setShort(shortLines(error));
      else if (error.code === 'discount_code_refused') setRefused({ error, card });
      else throw error;
    }
  };

  return (
    <div className="space-y-8">
      <DeclinedNotice payment={payment} />
      <p className="text-lead text-ink-2">{t('checkout.payment.lead')}</p>
      {payment.state === 'ready' && payment.card && (
        <div className="space-y-3 border-2 border-awning bg-awning-tint p-4">
          <p className="flex items-center gap-2 font-bold">
            <CreditCard aria-hidden="true" className="size-5 text-awning" />
            {t('checkout.payment.ready', { last4: payment.card.last4 })}
          </p>
          <Button look="primary" onClick={() => onDone(checkout)}>
            {t('checkout.payment.keep')}
          </Button>
          <p>{t('checkout.payment.other')}</p>
        </div>
      )}
      <TestCards onPick={fill} />
      <FormFrame
        form={form}
        name="card"
        labels={LABELS}
        pointers={POINTERS}
        submit={t('checkout.payment.next')}
        onSend={(card) => {
          setRefused(null);
          return give(card, () => pay(card));
        }}
      >
        <fieldset className="space-y-5">
          <legend className="mb-4 font-sign text-h3">{t('checkout.payment.form')}</legend>
          <Field
            {...field('number', grouped)}
            inputMode="numeric"
            autoComplete="cc-number"
            placeholder="9999 0000 0000 0000"
          />
          <div className="grid grid-cols-2 gap-4">
            <Field
              {...field('expiry', withSlash)}
              inputMode="numeric"
              autoComplete="cc-exp"
              placeholder="MM/YY"
              hint={t('field.card.expiry.hint')}
            />
            <Field
              {...field('cvc')}
              inputMode="numeric"
              autoComplete="cc-csc"
              maxLength={4}
              hint={t('field.card.cvc.hint')}
            />
          </div>
          <Field {...field('holder')} autoComplete="cc-name" />
        </fieldset>
      </FormFrame>
      {refused && (
        <CodeRefused
          error={refused.error}
          code={codeOf(refused.error, checkout)}
          onGoOn={(code) => give(refused.card, () => payWithout(code, refused.card))}
        />
      )}
      <StockDialog lines={short} onClose={() => setShort([])} />
    </div>
  );
}

function TestCards({ onPick }: { onPick: (number: string, does: string) => void }) {
  return (
    <section aria-labelledby="test-cards" className="border-2 border-dashed border-edge p-4">
      <h2 id="test-cards" className="mb-3 font-text text-body font-bold">
        {t('checkout.payment.cards')}
      </h2>
      <ul className="grid gap-2 sm:grid-cols-2">
        {TEST_CARDS.map(({ number, does }) => (
          <li key={number}>
            <button
              type="button"
              className="min-h-11 w-full border-2 border-edge bg-card px-3 py-1.5 text-start hover:border-ink"
              onClick={() => onPick(number, t(does))}
            >
              <span className="block font-mono text-small">{grouped(number)}</span>
              <span className="text-small text-ink-2">{t(does)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
