import type { ReactNode } from 'react';
import { showMoment } from '~/text';
import { type BuyingKey, t } from '~/text/buying';
import { AddressText, Receipt, ReceiptLines, Timeline } from '~/ui';
import type { Order } from '../api';
import { milestones } from '../model';

export function OrderReceipt({ order }: { order: Order }) {
  return (
    <Receipt
      title={t('order.receipt', { number: order.number })}
      totals={order.totals}
      unknown={t('order.unknown')}
      lines={<ReceiptLines lines={order.lines} />}
    >
      {order.placed_at && (
        <p className="receipt-rule pt-3 text-center text-caption text-ink-2">
          <time dateTime={order.placed_at}>
            {t('order.placed', { time: showMoment(order.placed_at) })}
          </time>
        </p>
      )}
    </Receipt>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="py-3 sm:grid sm:grid-cols-[8rem_minmax(0,1fr)] sm:gap-4">
      <dt className="text-ink-2">{label}</dt>
      <dd className="break-words">{children}</dd>
    </div>
  );
}

/** Where it goes, who hears of it and what became of the money. */
export function OrderFacts({ order }: { order: Order }) {
  return (
    <dl className="divide-y divide-line border-y-2 border-ink">
      <Fact label={t('order.address')}>
        <AddressText address={order.address} />
      </Fact>
      <Fact label={t('order.contact')}>{order.email}</Fact>
      <Fact label={t('order.payment')}>{t(`order.payment.${order.payment_status}`)}</Fact>
    </dl>
  );
}

const REASONS: Readonly<Record<string, `order.reason.${string}` & BuyingKey>> = {
  declined: 'order.reason.declined',
  insufficient_funds: 'order.reason.insufficient_funds',
  challenge_failed: 'order.reason.challenge_failed',
  details_changed: 'order.reason.details_changed',
  cart_changed: 'order.reason.cart_changed',
  customer_cancelled: 'order.reason.customer_cancelled',
  reservation_expired: 'order.reason.reservation_expired',
  reservation_lost: 'order.reason.reservation_lost',
};

/** The shop's words for a reason; a reason without any stays in the logs, under the trace. */
function reasonText(reason: string | null | undefined): string | null {
  const key = reason ? REASONS[reason] : undefined;
  return key ? t(key) : null;
}

export function OrderTimeline({ order }: { order: Order }) {
  return (
    <Timeline
      entries={milestones(order).map(({ key, state, standing, declined, event }) => ({
        key,
        state: declined ? 'failed' : standing,
        title: declined ? t('order.declined') : t(`order.state.${state}`),
        detail: event && (
          <>
            <p className="text-small text-ink-2">
              <time dateTime={event.at}>{showMoment(event.at)}</time>
              {' · '}
              {t('order.event.actor', { actor: event.actor })}
            </p>
            {reasonText(event.reason) && <p className="text-small">{reasonText(event.reason)}</p>}
            <p className="font-mono text-caption break-all text-ink-2">
              {t('order.event.trace', { trace: event.trace_id })}
            </p>
          </>
        ),
      }))}
    />
  );
}
