import { show } from '~/money';
import { showMoment } from '~/text';
import { type BuyingKey, t } from '~/text/buying';
import { Timeline } from '~/ui';
import type { Order, OrderEvent, Return } from '../api';
import { type Moment, moments } from '../model';
import { Pieces } from './order-parts';

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

/** What happened to the order and to what was sent back, and what is still to come. */
export function OrderTimeline({ order }: { order: Order }) {
  return (
    <Timeline
      entries={moments(order).map((moment) => {
        const { key, standing } = moment;
        if ('comesBack' in moment) {
          const { comesBack } = moment;
          return {
            key,
            state: standing,
            title: t(`order.return.${comesBack.state}`),
            detail: <ReturnDetail order={order} comesBack={comesBack} />,
          };
        }
        return { key, ...step(moment) };
      })}
    />
  );
}

function step({ milestone, standing }: Extract<Moment, { milestone: unknown }>) {
  const { declined, state, event } = milestone;
  return {
    state: declined ? ('failed' as const) : standing,
    title: declined ? t('order.declined') : t(`order.state.${state}`),
    detail: event ? <StepDetail event={event} /> : <Room />,
  };
}

function StepDetail({ event }: { event: OrderEvent }) {
  const reason = reasonText(event.reason);
  return (
    <>
      <p className="text-small text-ink-2">
        <time dateTime={event.at}>{showMoment(event.at)}</time>
        {' · '}
        {t('order.event.actor', { actor: event.actor })}
      </p>
      {reason && <p className="text-small">{reason}</p>}
      <p className="font-mono text-caption break-all text-ink-2">
        {t('order.event.trace', { trace: event.trace_id })}
      </p>
    </>
  );
}

/** A moment and a trace id as long as any. */
const SOME_TIME = '2026-12-28T23:59:00Z';
const SOME_TRACE = '0'.repeat(32);

/** Keeps the room that a step will need, so that nothing moves when it comes true. */
function Room() {
  return (
    <div aria-hidden="true" className="invisible">
      <p className="text-small">
        {showMoment(SOME_TIME)} · {t('order.event.actor', { actor: 'admin' })}
      </p>
      <p className="font-mono text-caption break-all">
        {t('order.event.trace', { trace: SOME_TRACE })}
      </p>
    </div>
  );
}

function ReturnDetail({ order, comesBack }: { order: Order; comesBack: Return }) {
  const { lines, reason, decision_reason, amount, requested_at } = comesBack;
  return (
    <>
      <p className="text-small text-ink-2">
        <time dateTime={requested_at}>{showMoment(requested_at)}</time>
      </p>
      <Pieces order={order} lines={lines} />
      <p className="text-small break-words">{t('order.return.why', { reason })}</p>
      {decision_reason && (
        <p className="text-small break-words">
          {t('order.return.answer', { reason: decision_reason })}
        </p>
      )}
      {amount && (
        <p className="text-small font-bold">{t('order.return.amount', { amount: show(amount) })}</p>
      )}
    </>
  );
}
