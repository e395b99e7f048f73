import { describe, expect, it } from 'vitest';
import { cartLine, order, orderEvent, parcel, sentBack } from '~/test/samples';
import type { OrderEvent, OrderState } from './api';
import { lastStep, milestones, moments, outlook, returnable } from './model';

const PATH: OrderState[] = [
  'created',
  'stock_reserved',
  'payment_authorized',
  'placed',
  'fulfilling',
  'shipped',
  'delivered',
  'completed',
];

/** The history that leads through these states. */
function history(states: OrderState[]): OrderEvent[] {
  return states.map((to, index) => {
    const from = states[index - 1];
    return {
      seq: index + 1,
      at: '2026-11-23T12:00:00Z',
      ...(from && { from }),
      to,
      actor: 'orders',
      trace_id: 't',
    };
  });
}

function standings(states: OrderState[]) {
  const state = states.at(-1) ?? 'created';
  return milestones({ state, events: history(states) }).map((each) => each.standing);
}

describe('the timeline', () => {
  it.each(PATH.map((state, index) => [state, PATH.slice(0, index + 1)] as const))(
    'of an order that is %s is whole and never repeats a state',
    (state, states) => {
      const shown = milestones({ state, events: history(states) });
      const names = shown.map((each) => each.state);
      expect(new Set(names).size).toBe(names.length);
      expect(names.slice(0, states.length)).toEqual(states);
      expect(new Set(shown.map((each) => each.key)).size).toBe(shown.length);
    },
  );

  it('shows what is past, where it stands and what is ahead', () => {
    expect(standings(PATH.slice(0, 4))).toEqual([
      ...['done', 'done', 'done', 'now'],
      ...['next', 'next', 'next'],
    ]);
    expect(standings(PATH)).toEqual(PATH.map(() => 'done'));
  });

  it('ends where the order ended', () => {
    expect(standings(['created', 'rejected'])).toEqual(['done', 'failed']);
    expect(standings(['created', 'stock_reserved', 'cancelled'])).toEqual([
      'done',
      'done',
      'failed',
    ]);
  });

  it('tells a declined card from a new state, whatever order the events come in', () => {
    const states: OrderState[] = ['created', 'stock_reserved', 'stock_reserved', 'placed'];
    const shown = milestones({ state: 'placed', events: history(states).reverse() });
    expect(shown.slice(0, 4).map((each) => each.declined)).toEqual([false, false, true, false]);
  });
});

describe('returns in the timeline', () => {
  it('stand where they were asked for, and as far as they have come', () => {
    const shown = moments(
      order({
        state: 'completed',
        events: [
          orderEvent(1, 'placed'),
          orderEvent(2, 'delivered', { at: '2026-11-25T08:00:00Z' }),
          orderEvent(3, 'completed', { at: '2026-12-25T08:00:00Z' }),
        ],
        returns: [sentBack({ state: 'rejected' }), sentBack({ id: 'return-2', state: 'refunded' })],
      }),
    );
    expect(shown.map(({ key, standing }) => [key, standing])).toEqual([
      ['event-1', 'done'],
      ['event-2', 'done'],
      ['return-1', 'failed'],
      ['return-2', 'done'],
      ['event-3', 'done'],
    ]);
  });

  it('come before what is still ahead', () => {
    const keys = moments(order({ returns: [sentBack()] })).map(({ key }) => key);
    expect(keys.slice(2, 4)).toEqual(['return-1', 'ahead-fulfilling']);
  });
});

describe('what is watched', () => {
  it.each([
    ['placed', 'captured', 'steps'],
    ['delivered', 'captured', 'steps'],
    ['completed', 'captured', 'over'],
    ['completed', 'partially_refunded', 'over'],
    ['rejected', 'none', 'over'],
    ['cancelled', 'captured', 'money'],
    ['cancelled', 'authorized', 'money'],
    ['cancelled', 'refunded', 'over'],
    ['cancelled', 'voided', 'over'],
  ] as const)('of an order that is %s and %s: %s', (state, payment_status, expected) => {
    expect(outlook(order({ state, payment_status }))).toBe(expected);
  });

  it('is a return that is not through, also when the order is', () => {
    const completed = order({ state: 'completed', payment_status: 'captured' });
    expect(outlook({ ...completed, returns: [sentBack({ state: 'approved' })] })).toBe('money');
    expect(outlook({ ...completed, returns: [sentBack({ state: 'refunded' })] })).toBe('over');
  });

  it('begins after the last known step, whatever order they come in', () => {
    expect(lastStep({ events: [orderEvent(7, 'placed'), orderEvent(3, 'created')] })).toBe(7);
    expect(lastStep({ events: [] })).toBe(0);
  });
});

describe('what can be sent back', () => {
  it('has left the house and is in no other return', () => {
    const { variant_id } = cartLine();
    const left = (more: Parameters<typeof order>[0]) =>
      returnable(order(more)).map((each) => [each.line.variant_id, each.left]);
    expect(left({})).toEqual([]);
    expect(left({ shipments: [parcel()] })).toEqual([[variant_id, 2]]);
    expect(left({ shipments: [parcel()], returns: [sentBack()] })).toEqual([[variant_id, 1]]);
    const rejected = sentBack({ state: 'rejected' });
    expect(left({ shipments: [parcel()], returns: [rejected] })).toEqual([[variant_id, 2]]);
    const all = sentBack({ lines: [{ variant_id, qty: 2 }], state: 'refunded' });
    expect(left({ shipments: [parcel()], returns: [all] })).toEqual([]);
  });
});
