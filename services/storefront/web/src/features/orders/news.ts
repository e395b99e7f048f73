import { t } from '~/text/buying';
import type { Order } from './api';

/** What changed between two readings of an order, in sentences to be said aloud. */
export function news(before: Order, after: Order): string[] {
  const told: string[] = [];
  if (after.state !== before.state) told.push(t(`order.state.${after.state}`));
  const sent = after.shipments.length - before.shipments.length;
  if (sent > 0) told.push(t('order.news.parcel', { count: sent }));
  const arrived = delivered(after) - delivered(before);
  if (arrived > 0) told.push(t('order.news.arrived', { count: arrived }));
  for (const now of after.returns ?? []) {
    const was = before.returns?.find(({ id }) => id === now.id);
    if (was?.state !== now.state) told.push(t(`order.return.${now.state}`));
  }
  if (after.payment_status !== before.payment_status) {
    told.push(t('order.news.payment', { payment: t(`order.payment.${after.payment_status}`) }));
  }
  return told;
}

function delivered({ shipments }: Order): number {
  return shipments.filter(({ delivered_at }) => delivered_at).length;
}
