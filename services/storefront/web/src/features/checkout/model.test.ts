import { describe, expect, it } from 'vitest';
import { ADDRESS, checkout, eur, totals } from '~/test/samples';
import type { Checkout } from './api';
import { agreement, cheapest, mayEnter, progress } from './model';

const DETAILS = { email: 'ada@example.org', address: ADDRESS, rate: 'standard' };

function paying(state: Checkout['payment']['state'], attempts_left = 3) {
  return { ...DETAILS, payment: { state, attempts_left } };
}

describe('the open step', () => {
  it.each<[string, Partial<Checkout>, object]>([
    ['nothing said yet', {}, { at: 'contact' }],
    ['an e-mail without an address', { email: DETAILS.email }, { at: 'contact' }],
    ['contact said', { email: DETAILS.email, address: ADDRESS }, { at: 'delivery' }],
    ['delivery chosen', DETAILS, { at: 'payment' }],
    ['stock being reserved', { ...paying('none'), state: 'awaiting_payment' }, { at: 'payment' }],
    ['declined', { ...paying('declined', 2), state: 'awaiting_payment' }, { at: 'payment' }],
    ['a card there', { ...paying('ready'), state: 'payment_ready' }, { at: 'review' }],
    ['outcome unknown', { ...paying('unknown'), state: 'payment_ready' }, { at: 'review' }],
    ['being completed', { ...paying('ready'), state: 'processing' }, { at: 'review' }],
    ['completed', { state: 'completed', order_number: 'LM-1' }, { placed: 'LM-1' }],
    ['completed, number to come', { state: 'completed' }, { at: 'review' }],
    ['expired', { state: 'expired' }, { closed: 'expired' }],
    ['cancelled', { state: 'cancelled' }, { closed: 'cancelled' }],
    ['rejected', { state: 'rejected' }, { closed: 'rejected' }],
  ])('%s', (_, more, expected) => {
    expect(progress(checkout(more))).toEqual(expected);
  });

  it('can be reached together with those before it', () => {
    expect(mayEnter('contact', 'payment')).toBe(true);
    expect(mayEnter('payment', 'payment')).toBe(true);
    expect(mayEnter('review', 'payment')).toBe(false);
  });
});

describe('the preselected rate', () => {
  it('is the cheapest', () => {
    const rate = (id: string, minor: number) => {
      return { id, title: id, price: eur(minor), min_days: 1, max_days: 2 };
    };
    expect(cheapest([rate('a', 990), rate('b', 490), rate('c', 1290)])?.id).toBe('b');
    expect(cheapest([])).toBeUndefined();
  });
});

describe('what is agreed to', () => {
  it('is the same for the same and another for another', () => {
    const agreed = checkout({ ...paying('ready'), totals: totals({ grand: eur(100) }) });
    expect(agreement(agreed)).toBe(agreement(structuredClone(agreed)));
    const others = [
      { ...agreed, totals: totals({ grand: eur(101) }) },
      { ...agreed, rate: 'express' },
      { ...agreed, email: 'eve@example.org' },
      { ...agreed, address: { ...ADDRESS, line1: '2 Analytical Row' } },
      { ...agreed, payment: { ...agreed.payment, attempts_left: 2 } },
      { ...agreed, cart: { ...agreed.cart, version: 2 } },
    ];
    for (const other of others) expect(agreement(other)).not.toBe(agreement(agreed));
  });
});
