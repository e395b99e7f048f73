import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { t } from '~/text/buying';
import { Badge, buttonClass, EmptyState, Panel, Skeleton, type Tone } from '~/ui';
import { type OrderState, orderQuery } from '../api';
import { OrderFacts, OrderReceipt, OrderTimeline } from './order-parts';

const TONES: Partial<Record<OrderState, Tone>> = {
  rejected: 'bad',
  cancelled: 'bad',
  delivered: 'good',
  completed: 'good',
};

export function OrderPage({ number }: { number: string }) {
  const query = useQuery(orderQuery(number));
  return (
    <Panel
      query={query}
      failed={t('order.failed')}
      absent={<MissingOrder />}
      skeleton={<OrderSkeleton />}
    >
      {(order) => (
        <div className="grid items-start gap-10 md:grid-cols-[minmax(0,1fr)_minmax(0,26rem)] md:gap-16">
          <div className="space-y-8">
            <div className="space-y-3">
              <h1 tabIndex={-1} className="text-h1 break-words">
                {t('order.title', { number: order.number })}
              </h1>
              <p>
                <Badge tone={TONES[order.state] ?? 'info'}>{t(`order.state.${order.state}`)}</Badge>
              </p>
            </div>
            <section aria-labelledby="timeline">
              <h2 id="timeline" className="mb-4 text-h2">
                {t('order.timeline')}
              </h2>
              <OrderTimeline order={order} />
            </section>
            <OrderFacts order={order} />
          </div>
          <OrderReceipt order={order} />
        </div>
      )}
    </Panel>
  );
}

export function MissingOrder() {
  return (
    <EmptyState level="h1" title={t('order.missing.title')}>
      <p>{t('order.missing.text')}</p>
      <Link to="/" className={buttonClass('primary')}>
        {t('order.done.home')}
      </Link>
    </EmptyState>
  );
}

export function OrderSkeleton() {
  return (
    <div className="grid gap-10 md:grid-cols-[minmax(0,1fr)_minmax(0,26rem)] md:gap-16">
      <div className="space-y-6">
        <Skeleton className="h-16 w-4/5" />
        <Skeleton className="h-48" />
      </div>
      <Skeleton className="h-80" />
    </div>
  );
}
