import type { Order, OrderEvent, OrderState, Return } from './api';

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

type Standing = 'done' | 'now' | 'next' | 'failed';

export interface Milestone {
  key: string;
  state: OrderState;
  standing: Standing;
  /** The card was declined and the order stays where it was. */
  declined: boolean;
  event: OrderEvent | null;
}

const FAILED: readonly OrderState[] = ['rejected', 'cancelled'];
const SETTLED: readonly OrderState[] = ['delivered', 'completed'];
const ENDS: readonly OrderState[] = ['rejected', 'cancelled', 'completed'];
/** Money that an order which came to nothing has to give back. */
const HELD: readonly Order['payment_status'][] = ['authorized', 'captured', 'partially_refunded'];

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

const RETURN_STANDING: Record<Return['state'], Standing> = {
  requested: 'now',
  approved: 'now',
  received: 'now',
  refunded: 'done',
  rejected: 'failed',
};

/** One place of the timeline: a step of the order, or something that is sent back. */
export type Moment =
  | { key: string; at: string | null; standing: Standing; milestone: Milestone }
  | { key: string; at: string; standing: Standing; comesBack: Return };

/** Steps and returns by their time, and then what is still to come. */
export function moments(order: Order): Moment[] {
  const steps = milestones(order).map(
    (milestone): Moment => ({
      key: milestone.key,
      at: milestone.event?.at ?? null,
      standing: milestone.standing,
      milestone,
    }),
  );
  const back = (order.returns ?? []).map(
    (comesBack): Moment => ({
      key: comesBack.id,
      at: comesBack.requested_at,
      standing: RETURN_STANDING[comesBack.state],
      comesBack,
    }),
  );
  return [...steps, ...back].sort((a, b) => time(a) - time(b));
}

function time({ at }: Moment): number {
  return at ? Date.parse(at) : Number.POSITIVE_INFINITY;
}

/** The number of the last step that is known. */
export function lastStep({ events }: Pick<Order, 'events'>): number {
  return events.reduce((last, { seq }) => Math.max(last, seq), 0);
}

/**
 * How an order is to be watched. After its last state no step follows, yet money or a return may
 * still be on its way, which the stream does not tell of.
 */
export function outlook(order: Order): 'steps' | 'money' | 'over' {
  if (!ENDS.includes(order.state)) return 'steps';
  const money = order.state !== 'completed' && HELD.includes(order.payment_status);
  const open = (order.returns ?? []).some(({ state }) => RETURN_STANDING[state] === 'now');
  return money || open ? 'money' : 'over';
}

export interface Returnable {
  line: Order['lines'][number];
  /** Pieces that were sent out and are in no return that counts. */
  left: number;
}

/** What can still be sent back, as far as the page knows; the server has the last word. */
export function returnable(order: Order): Returnable[] {
  const pieces = (lists: readonly (readonly { variant_id: string; qty: number }[])[], id: string) =>
    lists.flat().reduce((sum, line) => (line.variant_id === id ? sum + line.qty : sum), 0);
  const shipped = order.shipments.map(({ lines }) => lines);
  const claimed = (order.returns ?? [])
    .filter(({ state }) => state !== 'rejected')
    .map(({ lines }) => lines);
  return order.lines
    .map((line) => ({
      line,
      left: pieces(shipped, line.variant_id) - pieces(claimed, line.variant_id),
    }))
    .filter(({ left }) => left > 0);
}
