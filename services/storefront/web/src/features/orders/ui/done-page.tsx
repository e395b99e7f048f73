import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { t } from '~/text/buying';
import { buttonClass, Panel } from '~/ui';
import { orderQuery } from '../api';
import { MissingOrder, OrderSkeleton } from './order-absent';
import { OrderFacts, OrderReceipt } from './order-parts';

/** The confirmation. It reads the order by its number, so that it can be loaded again. */
export function DonePage({ number }: { number: string }) {
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
            <div className="space-y-4">
              <h1
                tabIndex={-1}
                className="text-h1 sm:text-[clamp(3.5rem,8vw,6rem)] sm:leading-[0.9]"
              >
                {t('order.done.heading')}
              </h1>
              <p className="text-lead">
                {t('order.done.lead', { number: order.number })} {t('order.done.mail')}
              </p>
              <div className="flex flex-wrap gap-3 pt-2">
                <Link
                  to="/order/$number"
                  params={{ number: order.number }}
                  className={buttonClass('primary')}
                >
                  {t('order.done.track')}
                </Link>
                <Link to="/" className={buttonClass('outline')}>
                  {t('order.done.home')}
                </Link>
              </div>
            </div>
            <section aria-labelledby="next">
              <h2 id="next" className="mb-3 text-h3">
                {t('order.done.next')}
              </h2>
              <ol className="list-decimal space-y-1 ps-6 marker:font-bold marker:text-awning">
                <li>{t('order.done.next.pack')}</li>
                <li>{t('order.done.next.ship')}</li>
                <li>{t('order.done.next.follow')}</li>
              </ol>
            </section>
            <OrderFacts order={order} />
          </div>
          <OrderReceipt order={order} />
        </div>
      )}
    </Panel>
  );
}
