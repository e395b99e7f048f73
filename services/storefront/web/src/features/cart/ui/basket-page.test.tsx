import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { draw } from '~/test/render';
import { cart, cartLine, eur, problem } from '~/test/samples';
import { server } from '~/test/server';
import type { Cart } from '../intent';

const API = 'http://localmart.localhost/api/v1/carts';

/** The page with a basket of its own: the engine lives as long as the module. */
async function page() {
  vi.resetModules();
  const { BasketPage } = await import('./basket-page');
  const { basket, watchBasket } = await import('../basket');
  stop = watchBasket();
  await basket.load();
  return {
    ...(await draw(<BasketPage checkout={<button type="button">Checkout</button>} />)),
    basket,
  };
}

let stop: () => void = () => undefined;
let shelf: Cart = cart();

/** A server with one basket; `change` is what a PATCH does. */
function serve(change: (qty: number) => Response) {
  server.use(
    http.get(`${API}/current`, () => HttpResponse.json(shelf)),
    http.patch(`${API}/:id/items/:variant`, async ({ request }) => {
      const { qty } = (await request.json()) as { qty: number };
      return change(qty);
    }),
  );
}

function obey(qty: number): Response {
  const lines = qty === 0 ? [] : [cartLine({ qty, line_total: eur(1499 * qty) })];
  shelf = cart({
    version: shelf.version + 1,
    lines,
    count: qty,
    totals: { ...shelf.totals, items: eur(1499 * qty) },
  });
  return HttpResponse.json(shelf);
}

beforeEach(() => {
  shelf = cart();
});
afterEach(() => stop());

describe('the basket', () => {
  it('shows lines and settled sums, and words for what is not known', async () => {
    serve(obey);
    await page();
    expect(screen.getByRole('link', { name: 'Stoneware mug' })).toHaveAttribute(
      'href',
      '/p/stoneware-mug?v=MUG-GREEN-S',
    );
    const receipt = screen.getByRole('region', { name: 'Receipt' });
    expect(within(receipt).getByText('€29.98')).toBeInTheDocument();
    expect(within(receipt).getAllByText('at the delivery step')).toHaveLength(3);
  });

  it('moves the quantity at once and the sums with the answer', async () => {
    serve(obey);
    const { user } = await page();
    await user.click(screen.getByRole('button', { name: 'One more: Stoneware mug' }));
    expect(screen.getByRole('textbox', { name: /Quantity/ })).toHaveValue('3');
    const receipt = screen.getByRole('region', { name: 'Receipt' });
    expect(receipt).toHaveAttribute('aria-busy', 'true');
    expect(within(receipt).getByText('€29.98')).toBeInTheDocument();
    expect(within(receipt).getByText('updating …')).toBeInTheDocument();
    expect(await within(receipt).findByText('€44.97')).toBeInTheDocument();
    expect(receipt).not.toHaveAttribute('aria-busy');
  });

  it('gives a removed line back', async () => {
    serve(obey);
    server.use(
      http.post(`${API}/:id/items`, async ({ request }) => {
        const { qty } = (await request.json()) as { qty: number };
        return obey(qty);
      }),
    );
    const { user, basket } = await page();
    await user.click(screen.getByRole('button', { name: 'Remove Stoneware mug' }));
    expect(screen.getByText('Stoneware mug was removed.')).toBeInTheDocument();
    const undo = screen.getByRole('button', { name: 'Undo' });
    expect(undo).toHaveFocus();
    await vi.waitFor(() => expect(basket.view().cart?.lines).toEqual([]), { timeout: 3_000 });
    await user.click(undo);
    await vi.waitFor(() => expect(basket.view().cart?.lines[0]?.qty).toBe(2));
    expect(screen.getByRole('link', { name: 'Stoneware mug' })).toBeInTheDocument();
  });

  it('says at the line what the server refused, and rolls it back', async () => {
    serve(() =>
      problem(422, 'validation_failed', {
        errors: [{ pointer: '/qty', code: 'out_of_range', detail: 'At most 2 for now.' }],
      }),
    );
    const { user } = await page();
    await user.click(screen.getByRole('button', { name: 'One more: Stoneware mug' }));
    expect(await screen.findByText('At most 2 for now.')).toBeInTheDocument();
    expect(screen.getByRole('textbox', { name: /Quantity/ })).toHaveValue('2');
  });

  it('says that a change is not saved while the shop does not answer', async () => {
    serve(() => HttpResponse.error());
    const { user } = await page();
    await user.click(screen.getByRole('button', { name: 'One more: Stoneware mug' }));
    expect(await screen.findByText(/Not saved yet/)).toBeInTheDocument();
    expect(screen.getByRole('textbox', { name: /Quantity/ })).toHaveValue('3');
  });

  it('notes another price, little stock and what is gone', async () => {
    shelf = cart({
      lines: [
        cartLine({ was: eur(1299), availability: 'low' }),
        cartLine({ id: 'b', variant_id: 'b', title: 'Bowl', availability: 'gone' }),
        cartLine({ id: 'c', variant_id: 'c', title: 'Jar', line_total: null }),
      ],
    });
    serve(obey);
    await page();
    expect(screen.getByText(/from €12.99 to €14.99/)).toBeInTheDocument();
    expect(screen.getByText('Few left')).toBeInTheDocument();
    expect(screen.getByText(/No longer sold/)).toBeInTheDocument();
  });

  it('that is empty is another thing than one that cannot be reached', async () => {
    server.use(http.get(`${API}/current`, () => problem(404, 'not_found')));
    const empty = await page();
    expect(screen.getByRole('heading', { name: 'Your basket is empty' })).toBeInTheDocument();
    empty.unmount();
    stop();

    server.use(http.get(`${API}/current`, () => problem(503, 'unavailable')));
    await page();
    expect(screen.getByRole('alert')).toHaveTextContent('We cannot reach your basket');
    expect(screen.queryByText('Your basket is empty')).not.toBeInTheDocument();
  });

  it('follows other tabs', async () => {
    serve(obey);
    await page();
    obey(5);
    const other = new BroadcastChannel('localmart.basket');
    other.postMessage({ id: shelf.id, version: shelf.version });
    expect(await screen.findByDisplayValue('5')).toBeInTheDocument();
    other.close();
  });
});

describe('the discount code', () => {
  const CODES = `${API}/:id/discount-codes`;

  /** Takes `code` off or puts it on, as the server would. */
  function carry(codes: NonNullable<Cart['discount_codes']>, discount: number): Response {
    shelf = {
      ...shelf,
      version: shelf.version + 1,
      totals: { ...shelf.totals, discount: eur(discount) },
      discount_codes: codes,
    };
    return HttpResponse.json(shelf);
  }

  it('is entered, counts, and is removed', async () => {
    serve(obey);
    const sent: unknown[] = [];
    server.use(
      http.post(CODES, async ({ request }) => {
        sent.push(await request.json());
        return carry([{ code: 'WELCOME10', title: '10 % off', applied: true }], 300);
      }),
      http.delete(`${CODES}/:code`, ({ params }) => {
        sent.push(params.code);
        return carry([], 0);
      }),
    );
    const { user } = await page();
    await user.type(screen.getByRole('textbox', { name: 'Discount code' }), ' welcome10 {Enter}');
    expect(await screen.findByText('WELCOME10 counts: 10 % off')).toBeInTheDocument();
    const receipt = screen.getByRole('region', { name: 'Receipt' });
    expect(within(receipt).getByText('−€3.00')).toBeInTheDocument();
    const remove = screen.getByRole('button', { name: 'Remove the code WELCOME10' });
    await vi.waitFor(() => expect(remove).toHaveFocus());
    await user.click(remove);
    const field = await screen.findByRole('textbox', { name: 'Discount code' });
    await vi.waitFor(() => expect(field).toHaveFocus());
    expect(sent).toEqual([{ code: 'welcome10' }, 'WELCOME10']);
    expect(within(receipt).queryByText('−€3.00')).not.toBeInTheDocument();
  });

  it('that is refused says why at the field, and what was typed stays', async () => {
    serve(obey);
    const detail = 'There is no discount code NOSUCH. Check how it is written.';
    server.use(
      http.post(CODES, () =>
        problem(422, 'validation_failed', {
          errors: [{ pointer: '/code', code: 'unknown', detail }],
        }),
      ),
    );
    const { user } = await page();
    const field = screen.getByRole('textbox', { name: 'Discount code' });
    await user.click(screen.getByRole('button', { name: 'Apply' }));
    expect(field).toHaveAccessibleDescription('Enter the code first.');
    await user.type(field, 'NOSUCH');
    expect(field).not.toBeInvalid();
    await user.click(screen.getByRole('button', { name: 'Apply' }));
    await vi.waitFor(() => expect(field).toHaveAccessibleDescription(detail));
    expect(field).toBeInvalid();
    await vi.waitFor(() => expect(field).toHaveFocus());
    expect(field).toHaveValue('NOSUCH');
  });

  it('that cannot be checked now is not called wrong', async () => {
    serve(obey);
    server.use(http.post(CODES, () => problem(503, 'unavailable')));
    const { user } = await page();
    const field = screen.getByRole('textbox', { name: 'Discount code' });
    await user.type(field, 'WELCOME10{Enter}');
    await vi.waitFor(() =>
      expect(field).toHaveAccessibleDescription(/^The code could not be checked/),
    );
  });

  it('that no longer counts stays in sight, with its reason', async () => {
    const reason = 'The discount code LASTONE has been used as often as it may be.';
    shelf = {
      ...cart(),
      discount_codes: [{ code: 'LASTONE', title: 'The last one', applied: false, reason }],
    };
    serve(obey);
    await page();
    expect(screen.getByText('LASTONE does not count now')).toBeInTheDocument();
    expect(screen.getByText(reason)).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Remove the code LASTONE' })).toBeInTheDocument();
  });
});
