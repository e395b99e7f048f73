import { useRef } from 'react';
import { t } from '~/text/buying';
import { Badge, Panel, type Tone } from '~/ui';
import type { OrderState } from '../api';
import { useLiveOrder } from '../use-live-order';
import { MissingOrder, OrderSkeleton } from './order-absent';
import { OrderActions } from './order-actions';
import { OrderFacts, OrderParcels, OrderReceipt } from './order-parts';
import { OrderTimeline } from './order-timeline';
import { WatchingNote } from './watching-note';

const TONES: Partial<Record<OrderState, Tone>> = {
  rejected: 'bad',
  cancelled: 'bad',
  delivered: 'good',
  completed: 'good',
};

/**
 * An order as it happens. What can grow by itself stands last in its column, so that nothing that
 * somebody reads is moved.
 */
export function OrderPage({ number }: { number: string }) {
  const { query, watching } = useLiveOrder(number);
  const timeline = useRef<HTMLHeadingElement>(null);
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
              <WatchingNote watching={watching} />
            </div>
            <OrderActions order={order} onDone={() => timeline.current?.focus()} />
            <section aria-labelledby="timeline">
              <h2 id="timeline" ref={timeline} tabIndex={-1} className="mb-4 text-h2">
                {t('order.timeline')}
              </h2>
              <OrderTimeline order={order} />
            </section>
          </div>
          <div className="space-y-8">
            <OrderReceipt order={order} />
            <OrderFacts order={order} />
            <OrderParcels order={order} />
          </div>
        </div>
      )}
    </Panel>
  );
}
