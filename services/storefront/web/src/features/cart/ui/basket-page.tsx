import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { backOff, explain } from '~/api';
import { t } from '~/text/buying';
import { buttonClass, EmptyState, Notice, Skeleton } from '~/ui';
import { basket, useBasket } from '../basket';
import { BasketLines } from './basket-lines';
import { BasketReceipt } from './basket-receipt';

/** `checkout` is the way on, which another part of the shop provides. */
export function BasketPage({ checkout }: { checkout: ReactNode }) {
  const { reach, lines } = useBasket();
  useReachAgain();
  const empty = lines.length === 0 && (reach === 'none' || reach === 'ready');
  return (
    <>
      <h1 tabIndex={-1} className="mb-6 text-h1">
        {t('basket.title')}
      </h1>
      {reach === 'unreachable' && <Unreachable />}
      {reach === 'unknown' && <BasketSkeleton />}
      {empty && <BasketEmpty />}
      <BasketBody hidden={lines.length === 0}>{checkout}</BasketBody>
    </>
  );
}

/** Keeps the list mounted while its last line can still be put back. */
function BasketBody({ hidden, children }: { hidden: boolean; children: ReactNode }) {
  const { reach } = useBasket();
  if (reach === 'unknown') return null;
  return (
    <div className="grid items-start gap-8 md:grid-cols-[minmax(0,1fr)_minmax(0,24rem)] md:gap-12">
      <BasketLines level="h2" />
      {!hidden && (
        <div className="md:sticky md:top-6">
          <BasketReceipt>{children}</BasketReceipt>
        </div>
      )}
    </div>
  );
}

function BasketEmpty() {
  return (
    <EmptyState title={t('basket.empty.title')}>
      <p>{t('basket.empty.text')}</p>
      <Link to="/" className={buttonClass('primary')}>
        {t('basket.empty.next')}
      </Link>
    </EmptyState>
  );
}

function Unreachable() {
  const { lines, failure } = useBasket();
  return (
    <Notice tone="stale" urgent className="mb-6">
      <p className="font-bold">{t('basket.unreachable')}</p>
      <p>
        {t('basket.unreachable.text')} {lines.length > 0 && t('basket.unreachable.lines')}
      </p>
      <p className="font-mono text-caption text-ink-2">{explain(failure).reference}</p>
    </Notice>
  );
}

/** Goes on asking while the basket cannot be reached: after 2, 4, 8, 8 … s. */
function useReachAgain(): void {
  const { reach } = useBasket();
  useEffect(() => {
    if (reach !== 'unreachable') return;
    let stopped = false;
    let timer: ReturnType<typeof setTimeout>;
    const ask = (attempt: number) => {
      timer = setTimeout(() => {
        void basket.load().then(() => {
          if (!stopped) ask(attempt + 1);
        });
      }, backOff(attempt));
    };
    ask(1);
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [reach]);
}

function BasketSkeleton() {
  return (
    <div className="grid gap-8 md:grid-cols-[minmax(0,1fr)_minmax(0,24rem)] md:gap-12">
      <div className="space-y-5">
        <Skeleton className="h-32" />
        <Skeleton className="h-32" />
      </div>
      <Skeleton className="h-72" />
    </div>
  );
}
