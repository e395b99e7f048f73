import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRouter, RouterProvider } from '@tanstack/react-router';
import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { describe, expect, it } from 'vitest';
import { routeTree } from '~/routeTree.gen';
import { card, cart, cartLine, problem, product } from '~/test/samples';
import { server } from '~/test/server';
import { NotFound } from './error-screens';

const API = 'http://localmart.localhost/api/v1';
const AS_OF = '2026-11-23T14:02:00Z';

/** The whole shop at an address, with a catalogue of one product. */
async function visit(path: string) {
  const kitchen = { path: 'kitchen', title: 'Kitchen', product_count: 1 };
  server.use(
    http.get(`${API}/session`, () =>
      HttpResponse.json({ currency: 'EUR', locale: 'en', title: 'LocalMart', build: 'b' }),
    ),
    http.get(`${API}/categories`, () => HttpResponse.json({ items: [kitchen] })),
    http.get(`${API}/products`, () =>
      HttpResponse.json({ items: [card(), card({ id: 'b' })], total: 2, as_of: AS_OF }),
    ),
    http.get(`${API}/products/stoneware-mug`, () =>
      HttpResponse.json(product({ options: [], images: [] })),
    ),
  );
  const queryClient = new QueryClient({ defaultOptions: { queries: { networkMode: 'always' } } });
  const router = createRouter({
    routeTree,
    context: { queryClient },
    history: createMemoryHistory({ initialEntries: [path] }),
    defaultNotFoundComponent: NotFound,
  });
  await router.load();
  render(
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
  return { router, user: userEvent.setup() };
}

describe('the shop', () => {
  it('leads from the front page to a product, with focus, title and announcement', async () => {
    const { user } = await visit('/');
    expect(await screen.findByRole('heading', { level: 1 })).toHaveTextContent('Good things');
    expect(document.body).toHaveFocus();
    const row = await screen.findByRole('list', { name: 'Small change' });
    await user.click(within(row).getAllByRole('link', { name: 'Stoneware mug' })[0] as HTMLElement);
    const heading = await screen.findByRole('heading', { level: 1, name: 'Stoneware mug' });
    expect(heading).toBeInTheDocument();
    await waitFor(() => expect(document.title).toBe('Stoneware mug · LocalMart'));
  });

  it('puts a product into a basket that is made with it, and shows it beside the page', async () => {
    const line = cartLine({ qty: 1 });
    server.use(
      http.post(`${API}/carts`, () => HttpResponse.json(cart({ lines: [], count: 0 }))),
      http.post(`${API}/carts/cart-1/items`, () =>
        HttpResponse.json(cart({ version: 2, lines: [line], count: 1 })),
      ),
    );
    const { user } = await visit('/p/stoneware-mug');
    const [add] = await screen.findAllByRole('button', { name: 'Add to basket' });
    await user.click(add as HTMLElement);
    const sheet = await screen.findByRole('dialog', { name: 'In your basket' });
    expect(within(sheet).getByRole('heading', { level: 2 })).toHaveFocus();
    expect(await within(sheet).findByRole('button', { name: 'Checkout' })).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Basket, 1 item' })).toBeInTheDocument();
    await user.click(within(sheet).getByRole('button', { name: 'Close' }));
    expect(screen.queryByRole('dialog', { name: 'In your basket' })).not.toBeInTheDocument();
  });

  it('searches from every page and keeps a strange address working', async () => {
    const { user, router } = await visit('/search?sort=dearest&q=%20');
    expect(await screen.findByRole('heading', { level: 1 })).toHaveTextContent('Everything');
    await user.type(screen.getByRole('searchbox', { name: 'Search the market' }), 'mug{Enter}');
    await waitFor(() => expect(router.state.location.search).toEqual({ q: 'mug' }));
    expect(await screen.findByText('Results for “mug”')).toBeInTheDocument();
  });

  it('says inside the shop that there is no such page', async () => {
    await visit('/nowhere');
    expect(await screen.findByRole('heading', { level: 1 })).toHaveTextContent('no such stall');
    expect(screen.getByRole('searchbox')).toBeInTheDocument();
  });

  it('stays usable without its side panels', async () => {
    const visited = visit('/');
    server.use(
      http.get(`${API}/session`, () => problem(503, 'unavailable')),
      http.get(`${API}/categories`, () => problem(503, 'unavailable')),
    );
    await visited;
    expect(await screen.findByRole('list', { name: 'Just in' })).toBeInTheDocument();
    expect(screen.queryByRole('heading', { name: 'Walk the stalls' })).not.toBeInTheDocument();
  });
});
