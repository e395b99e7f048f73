import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { describe, expect, it } from 'vitest';
import { draw } from '~/test/render';
import { ADDRESS, cartLine, eur, problem } from '~/test/samples';
import { server } from '~/test/server';
import type { Order } from '../api';
import { DonePage } from './done-page';
import { OrderPage } from './order-page';

const ORDER = 'http://localmart.localhost/api/v1/orders/LM-7K3Q9X';

function order(): Order {
  const { variant_id, sku, slug, title, options, qty, unit } = cartLine();
  return {
    id: 'order-1',
    number: 'LM-7K3Q9X',
    state: 'placed',
    payment_status: 'authorized',
    fulfillment_status: 'none',
    email: 'ada@example.org',
    address: ADDRESS,
    rate: 'standard',
    lines: [
      { variant_id, sku, slug, title, options, qty, unit, line_total: eur(2998), tax: eur(150) },
    ],
    totals: {
      items: eur(2998),
      discount: eur(0),
      delivery: eur(490),
      tax: eur(150),
      grand: eur(3638),
    },
    shipments: [],
    events: [
      { seq: 1, at: '2026-11-23T12:00:00Z', to: 'created', actor: 'customer', trace_id: 'abc' },
      {
        seq: 2,
        at: '2026-11-23T12:00:01Z',
        from: 'created',
        to: 'placed',
        actor: 'orders',
        trace_id: 'def',
      },
    ],
    allowed: [],
    placed_at: '2026-11-23T12:00:01Z',
  };
}

describe('the confirmation', () => {
  it('shows number, sums and address from the order itself', async () => {
    server.use(http.get(ORDER, () => HttpResponse.json(order())));
    await draw(<DonePage number="LM-7K3Q9X" />);
    const receipt = await screen.findByRole('region', { name: 'Order LM-7K3Q9X' });
    expect(within(receipt).getByText('€36.38')).toBeInTheDocument();
    expect(within(receipt).queryByText('Discount')).not.toBeInTheDocument();
    expect(screen.getByText('1 Analytical Row')).toBeInTheDocument();
    expect(screen.getByText('Ireland')).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Follow the order' })).toHaveAttribute(
      'href',
      '/order/LM-7K3Q9X',
    );
  });

  it('of an order that is not the visitor’s says that there is none', async () => {
    server.use(http.get(ORDER, () => problem(404, 'not_found')));
    await draw(<DonePage number="LM-7K3Q9X" />);
    expect(await screen.findByRole('heading', { level: 1 })).toHaveTextContent(
      'No order of that number',
    );
  });
});

describe('the order page', () => {
  it('tells what happened and what is ahead', async () => {
    server.use(http.get(ORDER, () => HttpResponse.json(order())));
    await draw(<OrderPage number="LM-7K3Q9X" />);
    const timeline = await screen.findByRole('region', { name: 'What happened' });
    const steps = within(timeline).getAllByRole('listitem');
    expect(steps.map((step) => step.querySelector('p')?.textContent)).toEqual([
      'Order begun',
      'Order placed',
      'Being packed',
      'On its way',
      'Delivered',
    ]);
    expect(within(timeline).getByText('trace def')).toBeInTheDocument();
  });
});
