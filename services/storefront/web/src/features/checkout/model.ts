import type { Checkout, ShippingRate } from './api';

export const STEPS = ['contact', 'delivery', 'payment', 'review'] as const;
export type StepName = (typeof STEPS)[number];

/** How far a checkout has come: `closed` ones can only be started again. */
export type Progress = { at: StepName } | { placed: string } | { closed: Checkout['state'] };

/** The first step that is still open. The server's state decides, so a reload loses nothing. */
export function progress(checkout: Checkout): Progress {
  switch (checkout.state) {
    case 'completed':
      return checkout.order_number ? { placed: checkout.order_number } : { at: 'review' };
    case 'rejected':
    case 'cancelled':
    case 'expired':
      return { closed: checkout.state };
    case 'processing':
      return { at: 'review' };
    case 'open':
    case 'awaiting_payment':
    case 'payment_ready':
      return { at: openStep(checkout) };
  }
}

function openStep(checkout: Checkout): StepName {
  if (!checkout.email || !checkout.address) return 'contact';
  if (!checkout.rate) return 'delivery';
  switch (checkout.payment.state) {
    case 'none':
    case 'declined':
      return 'payment';
    case 'ready':
    case 'authorized':
    case 'unknown':
    case 'challenge':
    case 'challenge_answered':
      return 'review';
  }
}

/** Whether the visitor may stand on a step: on the open one or before it. */
export function mayEnter(step: StepName, open: StepName): boolean {
  return STEPS.indexOf(step) <= STEPS.indexOf(open);
}

/** The rate to preselect. Prices are compared, never computed with. */
export function cheapest(rates: readonly ShippingRate[]): ShippingRate | undefined {
  return rates.reduce<ShippingRate | undefined>(
    (best, rate) => (!best || rate.price.minor < best.price.minor ? rate : best),
    undefined,
  );
}

/**
 * What the visitor agrees to when paying. While it stays the same, every attempt to pay is the same
 * request and carries the same key.
 */
export function agreement(checkout: Checkout): string {
  const { cart, email, address, rate, totals, payment } = checkout;
  return JSON.stringify([
    ...[checkout.id, cart.version, email, address, rate, totals.grand],
    ...[payment.card, payment.attempts_left],
  ]);
}
