import { screen } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { describe, expect, it, vi } from 'vitest';
import { draw } from '~/test/render';
import { ADDRESS, cart, checkout, problem } from '~/test/samples';
import { server } from '~/test/server';
import type { Checkout } from '../api';
import type { StepName } from '../model';
import { CheckoutFrame } from './checkout-frame';

const API = 'http://localmart.localhost/api/v1';
const CONTACT = { email: 'ada@example.org', address: ADDRESS };

async function frame(state: Checkout | Response, step: StepName = 'delivery', current = cart()) {
  server.use(
    http.get(`${API}/checkouts/checkout-1`, () =>
      state instanceof Response ? state.clone() : HttpResponse.json(state),
    ),
    http.get(`${API}/carts/current`, () => HttpResponse.json(current)),
  );
  return draw(
    <CheckoutFrame id="checkout-1" step={step} title="A step">
      {() => <p>the step itself</p>}
    </CheckoutFrame>,
  );
}

describe('a step of the checkout', () => {
  it('stands among the others: done ones lead back, later ones nowhere', async () => {
    await frame(checkout(CONTACT));
    expect(await screen.findByText('the step itself')).toBeInTheDocument();
    expect(screen.getByRole('link', { name: /Contact/ })).toHaveAttribute(
      'href',
      '/checkout/checkout-1/contact',
    );
    expect(screen.queryByRole('link', { name: /Payment/ })).not.toBeInTheDocument();
  });

  it.each<[string, Partial<Checkout>, StepName, string]>([
    ['not open yet', CONTACT, 'review', '/checkout/checkout-1/delivery'],
    [
      'of an order that is placed',
      { state: 'completed', order_number: 'LM-1' },
      'review',
      '/order/LM-1/done',
    ],
    [
      'of a checkout with a successor',
      { ...CONTACT, state: 'cancelled', replaced_by: 'checkout-2' },
      'delivery',
      '/checkout/checkout-2/delivery',
    ],
  ])('%s leads to where to go on', async (_, more, step, path) => {
    const { router } = await frame(checkout(more), step);
    await vi.waitFor(() => expect(router.state.location.pathname).toBe(path));
  });

  it.each<[Partial<Checkout>, string]>([
    [{ state: 'expired' }, 'The items are no longer held'],
    [{ state: 'rejected' }, 'Not enough on the shelf'],
    [{ state: 'cancelled' }, 'This checkout is closed'],
    [
      { state: 'cancelled', payment: { state: 'declined', attempts_left: 0 } },
      'The card was declined too often',
    ],
  ])('that has ended (%j) says why and begins again from what is kept', async (more, title) => {
    const { user, router } = await frame(checkout(more));
    expect(await screen.findByRole('heading', { level: 1 })).toHaveTextContent(title);
    server.use(
      http.post(`${API}/checkouts`, () =>
        HttpResponse.json(checkout({ ...CONTACT, id: 'checkout-3' }), { status: 201 }),
      ),
    );
    await user.click(screen.getByRole('button', { name: 'Start again' }));
    await vi.waitFor(() => {
      expect(router.state.location.pathname).toBe('/checkout/checkout-3/delivery');
    });
  });

  it('says when the basket is another one by now', async () => {
    await frame(checkout(CONTACT), 'delivery', cart({ version: 9 }));
    expect(await screen.findByText('Your basket changed')).toBeInTheDocument();
  });

  it('of a checkout that is not the visitor’s is not there', async () => {
    await frame(problem(404, 'not_found'));
    expect(await screen.findByText('There is no such checkout')).toBeInTheDocument();
  });

  it('asks before the reservation ends and holds it longer', async () => {
    const until = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    await frame(checkout({ ...CONTACT, reservation_expires_at: until(1) }));
    server.use(
      http.post(`${API}/checkouts/checkout-1/extend`, () =>
        HttpResponse.json(checkout({ ...CONTACT, reservation_expires_at: until(11) })),
      ),
    );
    const more = await screen.findByRole('button', { name: 'Hold them ten more minutes' });
    more.click();
    await vi.waitFor(() => expect(more).not.toBeInTheDocument());
  });
});
