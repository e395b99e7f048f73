import { describe, expect, it } from 'vitest';
import type { OrderEvent, OrderState } from './api';
import { milestones } from './model';

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
