import { useQuery } from '@tanstack/react-query';
import { Link, Navigate } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { basket, useBasket } from '~/features/cart';
import { show } from '~/money';
import { showTime } from '~/text';
import { t } from '~/text/buying';
import {
  buttonClass,
  EmptyState,
  Notice,
  Panel,
  Receipt,
  ReceiptLines,
  Skeleton,
  type Step,
  Steps,
} from '~/ui';
import { type Checkout, checkoutQuery } from '../api';
import { mayEnter, progress, STEPS, type StepName } from '../model';
import { CheckoutButton } from './checkout-button';
import { HoldDialog } from './hold-dialog';

interface CheckoutFrameProps {
  id: string;
  step: StepName;
  title: string;
  children: (checkout: Checkout) => ReactNode;
}

/** One step: where it stands among the four, its form, and the receipt beside it. */
export function CheckoutFrame({ id, step, title, children }: CheckoutFrameProps) {
  const query = useQuery(checkoutQuery(id));
  return (
    <Panel
      query={query}
      failed={t('checkout.failed')}
      absent={<MissingCheckout />}
      skeleton={<CheckoutSkeleton />}
    >
      {(checkout) => {
        const at = progress(checkout);
        if ('placed' in at) {
          return <Navigate to="/order/$number/done" params={{ number: at.placed }} replace />;
        }
        if ('closed' in at) {
          return checkout.replaced_by ? (
            <Navigate to={`/checkout/$id/${step}`} params={{ id: checkout.replaced_by }} replace />
          ) : (
            <ClosedCheckout checkout={checkout} />
          );
        }
        if (!mayEnter(step, at.at)) {
          return <Navigate to={`/checkout/$id/${at.at}`} params={{ id }} replace />;
        }
        return (
          <>
            <Steps label={t('checkout.steps')} steps={progressSteps(id, step, at.at)} />
            <div className="mt-8 grid items-start gap-8 md:grid-cols-[minmax(0,34rem)_minmax(0,24rem)] md:justify-between md:gap-12">
              <div className="min-w-0">
                <FoldedReceipt checkout={checkout} />
                <h1 tabIndex={-1} className="mb-6 text-h1">
                  {title}
                </h1>
                <BasketChanged checkout={checkout} />
                <IdleCode checkout={checkout} />
                <HoldDialog checkout={checkout} />
                {children(checkout)}
              </div>
              <aside className="hidden md:sticky md:top-6 md:block">
                <CheckoutReceipt checkout={checkout} />
              </aside>
            </div>
          </>
        );
      }}
    </Panel>
  );
}

function progressSteps(id: string, now: StepName, open: StepName): Step[] {
  return STEPS.map((key) => ({
    key,
    label: t(`checkout.step.${key}`),
    state: key === now ? 'now' : mayEnter(key, open) && key !== open ? 'done' : 'next',
    link:
      key !== now && mayEnter(key, open)
        ? (label) => (
            <Link
              to={`/checkout/$id/${key}`}
              params={{ id }}
              className="block underline-offset-4 hover:underline"
            >
              {label}
            </Link>
          )
        : undefined,
  }));
}

function CheckoutReceipt({ checkout }: { checkout: Checkout }) {
  return (
    <Receipt
      title={t('receipt.title')}
      totals={checkout.totals}
      codes={checkout.discount_codes}
      unknown={t('receipt.at.delivery')}
      lines={<ReceiptLines lines={checkout.cart.lines} />}
    >
      {checkout.reservation_expires_at && (
        <p className="receipt-rule pt-3 text-center text-caption text-ink-2">
          {t('checkout.held', { time: showTime(checkout.reservation_expires_at) })}
        </p>
      )}
    </Receipt>
  );
}

/** On small screens: "3 items · €64.92", which unfolds into the receipt. */
function FoldedReceipt({ checkout }: { checkout: Checkout }) {
  const count = checkout.cart.lines.reduce((sum, line) => sum + line.qty, 0);
  const total = checkout.totals.grand ?? checkout.totals.items;
  return (
    <details className="mb-6 md:hidden">
      <summary className="min-h-11 border-2 border-edge bg-card px-4 py-2 font-bold">
        {total
          ? t('checkout.summary.fold', { count, total: show(total) })
          : t('checkout.summary.fold.open', { count })}
      </summary>
      <div className="pt-4">
        <CheckoutReceipt checkout={checkout} />
      </div>
    </details>
  );
}

/** The basket may have been changed in another tab since this checkout was opened. */
function BasketChanged({ checkout }: { checkout: Checkout }) {
  const { cart } = useBasket();
  useEffect(() => {
    void basket.ensure();
  }, []);
  if (!cart || cart.id !== checkout.cart.id || cart.version === checkout.cart.version) return null;
  return (
    <Notice tone="stale" urgent className="mb-6">
      <p className="font-bold">{t('checkout.changed.title')}</p>
      <p>{t('checkout.changed.text')}</p>
      <CheckoutButton label={t('checkout.changed.take')} look="outline" />
    </Notice>
  );
}

/** The basket carries a code that this checkout does without. */
function IdleCode({ checkout }: { checkout: Checkout }) {
  const { cart } = useBasket();
  const code = cart?.id === checkout.cart.id && cart.discount_codes?.find((each) => !each.applied);
  if (!code) return null;
  return (
    <Notice tone="stale" className="mb-6">
      <p className="font-bold">{t('basket.code.idle', { code: code.code })}</p>
      {code.reason && <p>{code.reason}</p>}
    </Notice>
  );
}

/** Ended without an order. What was entered is kept for the next checkout of the basket. */
function ClosedCheckout({ checkout }: { checkout: Checkout }) {
  const why =
    checkout.state === 'expired'
      ? 'lapsed'
      : checkout.payment.state === 'declined'
        ? 'declined'
        : checkout.state === 'rejected'
          ? 'short'
          : 'ended';
  return (
    <EmptyState level="h1" title={t(`checkout.${why}.title`)}>
      <p>{t(`checkout.${why}.text`)}</p>
      <CheckoutButton label={t('checkout.again')} />
      <Link to="/cart" className={buttonClass('quiet')}>
        {t('checkout.basket')}
      </Link>
    </EmptyState>
  );
}

function MissingCheckout() {
  return (
    <EmptyState level="h1" title={t('checkout.missing.title')}>
      <p>{t('checkout.missing.text')}</p>
      <Link to="/cart" className={buttonClass('primary')}>
        {t('checkout.basket')}
      </Link>
    </EmptyState>
  );
}

function CheckoutSkeleton() {
  return (
    <>
      <Skeleton className="h-12" />
      <div className="mt-8 grid gap-8 md:grid-cols-[minmax(0,34rem)_minmax(0,24rem)] md:justify-between">
        <div className="space-y-6">
          <Skeleton className="h-14 w-4/5" />
          <Skeleton className="h-18" />
          <Skeleton className="h-18" />
          <Skeleton className="h-18" />
        </div>
        <Skeleton className="hidden h-80 md:block" />
      </div>
    </>
  );
}
