import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { describe, expect, it } from 'vitest';
import { draw } from '~/test/render';
import { order, problem } from '~/test/samples';
import { server } from '~/test/server';
import { DonePage } from './done-page';

const ORDER = 'http://localmart.localhost/api/v1/orders/LM-7K3Q9X';

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
