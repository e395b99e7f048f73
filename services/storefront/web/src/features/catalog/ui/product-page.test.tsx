import { screen } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { draw } from '~/test/render';
import { eur, problem, product } from '~/test/samples';
import { server } from '~/test/server';
import { ProductPage } from './product-page';

const API = 'http://localmart.localhost/api/v1';

async function page(sku?: string) {
  const onAdd = vi.fn();
  const onVariant = vi.fn();
  const drawn = await draw(
    <ProductPage slug="stoneware-mug" sku={sku} onAdd={onAdd} onVariant={onVariant} />,
  );
  return { ...drawn, onAdd, onVariant };
}

function answer(more = {}) {
  server.use(http.get(`${API}/products/stoneware-mug`, () => HttpResponse.json(product(more))));
}

beforeEach(() => {
  const kitchen = { path: 'kitchen', title: 'Kitchen', product_count: 3 };
  server.use(http.get(`${API}/categories`, () => HttpResponse.json({ items: [kitchen] })));
});

describe('a product', () => {
  it('is added in the chosen quantity', async () => {
    answer();
    const { user, onAdd } = await page();
    expect(await screen.findByRole('heading', { level: 1 })).toHaveTextContent('Stoneware mug');
    expect(document.title).toBe('Stoneware mug · LocalMart');
    await user.click(screen.getByRole('button', { name: 'One more: Stoneware mug' }));
    await user.click(screen.getAllByRole('button', { name: 'Add to basket' })[0] as HTMLElement);
    expect(onAdd).toHaveBeenCalledWith(product(), product().variants[0], 2);
  });

  it('reports the variant that was chosen', async () => {
    answer();
    const { user, onVariant } = await page();
    await user.click(await screen.findByRole('radio', { name: 'Large' }));
    expect(onVariant).toHaveBeenCalledWith('MUG-GREEN-L');
  });

  it('that is sold out says which variant, and cannot be added', async () => {
    answer();
    const { user, onAdd } = await page('MUG-RED-S');
    const [button] = await screen.findAllByRole('button', { name: 'Red, Small is sold out' });
    expect(button).toHaveAttribute('aria-disabled', 'true');
    expect(button).toHaveAccessibleDescription('Sold out');
    await user.click(button as HTMLElement);
    expect(onAdd).not.toHaveBeenCalled();
  });

  it('tells how few are left', async () => {
    const [first] = product().variants;
    answer({ options: [], variants: [{ ...first, options: {}, stock: 'low', left: 3 }] });
    await page();
    expect(await screen.findByText('Only 3 left')).toBeInTheDocument();
  });

  it('on offer names the price before', async () => {
    const [first] = product().variants;
    answer({ options: [], variants: [{ ...first, options: {}, compare_at: eur(1999) }] });
    await page();
    expect(await screen.findByText('€19.99')).toBeInTheDocument();
    expect(screen.getAllByText('€14.99')[0]).toHaveClass('sr-only');
  });

  it('takes a typed quantity within its limits', async () => {
    answer();
    const { user, onAdd } = await page();
    const field = await screen.findByRole('textbox', { name: 'Quantity: Stoneware mug' });
    await user.clear(field);
    await user.type(field, '250{Enter}');
    expect(field).toHaveValue('10');
    await user.clear(field);
    await user.tab();
    expect(field).toHaveValue('1');
    await user.click(screen.getAllByRole('button', { name: 'Add to basket' })[0] as HTMLElement);
    expect(onAdd).toHaveBeenCalledWith(expect.anything(), expect.anything(), 1);
  });

  it('that does not exist leads on to the stalls', async () => {
    server.use(http.get(`${API}/products/stoneware-mug`, () => problem(404, 'not_found')));
    await page();
    expect(await screen.findByRole('heading', { level: 1 })).toHaveTextContent('left the market');
    expect(await screen.findByRole('link', { name: 'Kitchen' })).toHaveAttribute(
      'href',
      '/c/kitchen',
    );
  });

  it('that cannot be read can be asked for again', async () => {
    let answers = 0;
    server.use(
      http.get(`${API}/products/stoneware-mug`, () => {
        answers += 1;
        return answers <= 2
          ? problem(503, 'unavailable', { trace_id: 'abc' })
          : HttpResponse.json(product());
      }),
    );
    const { user } = await page();
    expect(await screen.findByText('code unavailable · trace abc')).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('heading', { level: 1 })).toHaveTextContent('Stoneware mug');
  });
});
