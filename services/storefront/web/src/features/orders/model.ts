import type { Order, OrderEvent, OrderState } from './api';

/** What usually still comes after a state. Shown as an outlook only; the server decides. */
const AHEAD: Record<OrderState, readonly OrderState[]> = {
  created: ['stock_reserved', 'payment_authorized', 'placed'],
  stock_reserved: ['payment_authorized', 'placed'],
  payment_authorized: ['placed', 'fulfilling', 'shipped', 'delivered'],
  placed: ['fulfilling', 'shipped', 'delivered'],
  fulfilling: ['shipped', 'delivered'],
  shipped: ['delivered'],
  delivered: [],
  completed: [],
  rejected: [],
  cancelled: [],
};

export interface Milestone {
  key: string;
  state: OrderState;
  standing: 'done' | 'now' | 'next' | 'failed';
  /** The card was declined and the order stays where it was. */
  declined: boolean;
  event: OrderEvent | null;
}

const FAILED: readonly OrderState[] = ['rejected', 'cancelled'];
const SETTLED: readonly OrderState[] = ['delivered', 'completed'];

/** The order's history, oldest first, and what is still to come. */
export function milestones(order: Pick<Order, 'state' | 'events'>): Milestone[] {
  const events = [...order.events].sort((a, b) => a.seq - b.seq);
  const past = events.map((event, index): Milestone => {
    const last = index === events.length - 1;
    return {
      key: `event-${event.seq}`,
      state: event.to,
      standing: FAILED.includes(event.to)
        ? 'failed'
        : last && !SETTLED.includes(event.to)
          ? 'now'
          : 'done',
      declined: event.to === 'stock_reserved' && event.from === event.to,
      event,
    };
  });
  const next = AHEAD[order.state].map(
    (state): Milestone => ({
      key: `ahead-${state}`,
      state,
      standing: 'next',
      declined: false,
      event: null,
    }),
  );
  return [...past, ...next];
}
