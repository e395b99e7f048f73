import { describe, expect, it } from 'vitest';
import { order, parcel, sentBack } from '~/test/samples';
import { news } from './news';

describe('the news of an order', () => {
  it('are none when nothing changed', () => {
    expect(news(order(), order({ events: [] }))).toEqual([]);
  });

  it('tell state, parcels, returns and money, each once', () => {
    const before = order({ payment_status: 'captured', shipments: [parcel()] });
    const after = order({
      state: 'delivered',
      payment_status: 'partially_refunded',
      shipments: [
        parcel({ delivered_at: '2026-11-25T08:00:00Z' }),
        parcel({ id: 'parcel-2' }),
        parcel({ id: 'parcel-3' }),
      ],
      returns: [sentBack({ state: 'approved' })],
    });
    expect(news(before, after)).toEqual([
      'Delivered',
      '2 parcels are on their way',
      '1 parcel has arrived',
      'Return agreed: send the pieces back',
      'Payment: Paid, part of it sent back',
    ]);
    expect(news(after, after)).toEqual([]);
  });
});
