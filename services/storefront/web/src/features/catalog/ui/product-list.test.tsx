import { screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { describe, expect, it, vi } from 'vitest';
import { draw } from '~/test/render';
import { card, eur, problem } from '~/test/samples';
import { server } from '~/test/server';
import { ProductList } from './product-list';

const PRODUCTS = 'http://localmart.localhost/api/v1/products';
const AS_OF = '2026-11-23T14:02:00Z';

function cards(from: number, count: number) {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index;
    return card({ id: `p${number}`, slug: `p-${number}`, title: `Product ${number}` });
  });
}

describe('a list of products', () => {
  it('shows count, tags and stock, and asks for what the page wants', async () => {
    const asked = vi.fn();
    server.use(
      http.get(PRODUCTS, ({ request }) => {
        asked(new URL(request.url).search);
        const items = [
          card(),
          card({ id: 'b', title: 'Bowl', stock: 'out', price: eur(1000), compare_at: eur(1200) }),
          card({ id: 'c', title: 'Jar', stock: 'low' }),
        ];
        return HttpResponse.json({ items, total: 3, as_of: AS_OF });
      }),
    );
    await draw(<ProductList filter={{ q: 'mug', sort: 'title' }} onSort={vi.fn()} empty="none" />);
    expect(await screen.findByText('3 products')).toBeInTheDocument();
    expect(asked).toHaveBeenCalledWith('?q=mug&sort=title&limit=24');
    expect(screen.getByText('Sold out')).toBeInTheDocument();
    expect(screen.getByText('Few left')).toBeInTheDocument();
    expect(screen.getByText('€12.00')).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Bowl' })).toHaveAttribute('href', '/p/stoneware-mug');
  });

  it('goes on from the cursor and moves the focus to the first new product', async () => {
    server.use(
      http.get(PRODUCTS, ({ request }) => {
        const cursor = new URL(request.url).searchParams.get('cursor');
        return cursor === 'next'
          ? HttpResponse.json({ items: cards(24, 3), total: 27, as_of: AS_OF })
          : HttpResponse.json({
              items: cards(0, 24),
              next_cursor: 'next',
              total: 27,
              as_of: AS_OF,
            });
      }),
    );
    const { user } = await draw(<ProductList filter={{}} onSort={vi.fn()} empty="none" />);
    await user.click(await screen.findByRole('button', { name: 'Show 3 more' }));
    await waitFor(() => expect(screen.getByRole('link', { name: 'Product 24' })).toHaveFocus());
    expect(screen.queryByRole('button', { name: /more/ })).not.toBeInTheDocument();
  });

  it('offers the best match only to searches', async () => {
    server.use(
      http.get(PRODUCTS, () => HttpResponse.json({ items: [card()], total: 1, as_of: AS_OF })),
    );
    const onSort = vi.fn();
    const { user } = await draw(<ProductList filter={{ q: 'mug' }} onSort={onSort} empty="none" />);
    const order = await screen.findByRole('combobox', { name: 'Sort by' });
    expect(order).toHaveDisplayValue('Best match first');
    await user.selectOptions(order, 'Lowest price first');
    expect(onSort).toHaveBeenCalledWith('price_asc');
    await user.selectOptions(order, 'Best match first');
    expect(onSort).toHaveBeenLastCalledWith(undefined);
  });

  it('says so when nothing matches, when there is no such list and when it cannot be read', async () => {
    server.use(http.get(PRODUCTS, () => HttpResponse.json({ items: [], total: 0, as_of: AS_OF })));
    const empty = await draw(<ProductList filter={{}} onSort={vi.fn()} empty="nothing here" />);
    expect(await screen.findByText('nothing here')).toBeInTheDocument();
    empty.unmount();

    server.use(http.get(PRODUCTS, () => problem(404, 'not_found')));
    const absent = await draw(
      <ProductList filter={{ category: 'x' }} onSort={vi.fn()} empty="" absent="no such stall" />,
    );
    expect(await screen.findByText('no such stall')).toBeInTheDocument();
    absent.unmount();

    server.use(http.get(PRODUCTS, () => problem(500, 'internal')));
    await draw(<ProductList filter={{}} onSort={vi.fn()} empty="" />);
    expect(await screen.findByRole('alert')).toHaveTextContent('The products cannot be shown');
  });
});
