import { screen } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { basket } from '~/features/cart';
import { draw } from '~/test/render';
import { cart, cartLine, checkout, problem } from '~/test/samples';
import { server } from '~/test/server';
import { CheckoutButton } from './checkout-button';

const API = 'http://localmart.localhost/api/v1';

async function button(current = cart()) {
  server.use(http.get(`${API}/carts/current`, () => HttpResponse.json(current)));
  basket.forget();
  await basket.load();
  return draw(<CheckoutButton />);
}

function answer(make: () => Response) {
  const asked = vi.fn();
  server.use(
    http.post(`${API}/checkouts`, async ({ request }) => {
      asked(await request.json());
      return make();
    }),
  );
  return asked;
}

let number = 0;
const fresh = () => cart({ id: `cart-${number++}` });

afterEach(() => basket.forget());

describe('the checkout button', () => {
  it('opens the checkout of the basket once, however often it is pressed', async () => {
    const current = fresh();
    const asked = answer(() => HttpResponse.json(checkout(), { status: 201 }));
    const { user, router } = await button(current);
    await user.dblClick(screen.getByRole('button', { name: 'Checkout' }));
    await vi.waitFor(() => {
      expect(router.state.location.pathname).toBe('/checkout/checkout-1/contact');
    });
    expect(asked.mock.calls).toEqual([[{ cart_id: current.id }]]);
  });

  it('names the lines that are short', async () => {
    answer(() =>
      problem(409, 'out_of_stock', {
        lines: [{ variant_id: 'v', sku: 's', title: 'Mug', requested: 2, left: 1 }],
      }),
    );
    const { user } = await button(fresh());
    await user.click(screen.getByRole('button', { name: 'Checkout' }));
    expect(await screen.findByText('Mug: 1 left, you asked for 2')).toBeInTheDocument();
  });

  it('keeps the basket and says so when the checkout does not open', async () => {
    answer(() => problem(503, 'unavailable', { trace_id: 'abc' }));
    const { user } = await button(fresh());
    await user.click(screen.getByRole('button', { name: 'Checkout' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('Your basket is kept.');
    expect(screen.getByRole('alert')).toHaveTextContent('code unavailable · trace abc');
  });

  it('is blocked, with the reason, by a line that cannot be bought', async () => {
    const asked = answer(() => HttpResponse.json(checkout()));
    const lines = [cartLine({ availability: 'out' })];
    const { user } = await button({ ...fresh(), lines });
    const blocked = screen.getByRole('button', { name: 'Checkout' });
    expect(blocked).toHaveAccessibleDescription('Remove what is sold out to go on.');
    await user.click(blocked);
    expect(asked).not.toHaveBeenCalled();
  });
});
