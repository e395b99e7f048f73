import type { components } from '~/api';

type Schemas = components['schemas'];
type Card = Schemas['ProductList']['items'][number];
type Variant = Schemas['Product']['variants'][number];

export function eur(minor: number) {
  return { minor, currency: 'EUR' };
}

export function card(more: Partial<Card> = {}): Card {
  return {
    id: '018f0000-0000-7000-8000-000000000001',
    slug: 'stoneware-mug',
    title: 'Stoneware mug',
    category: { path: 'kitchen', title: 'Kitchen' },
    price: eur(1499),
    stock: 'in',
    ...more,
  };
}

export function variant(more: Partial<Variant> = {}): Variant {
  return {
    id: '018f0000-0000-7000-8000-0000000000a1',
    sku: 'MUG-GREEN-S',
    options: { Colour: 'Green', Size: 'Small' },
    price: eur(1499),
    stock: 'in',
    max_qty: 10,
    ...more,
  };
}

export function product(more: Partial<Schemas['Product']> = {}): Schemas['Product'] {
  return {
    ...card(),
    paragraphs: ['A mug.'],
    specs: [{ name: 'Weight', value: '420 g' }],
    images: [],
    options: [
      { name: 'Colour', values: ['Green', 'Red'] },
      { name: 'Size', values: ['Small', 'Large'] },
    ],
    variants: [
      variant(),
      variant({ id: 'a2', sku: 'MUG-GREEN-L', options: { Colour: 'Green', Size: 'Large' } }),
      variant({
        id: 'a3',
        sku: 'MUG-RED-S',
        options: { Colour: 'Red', Size: 'Small' },
        stock: 'out',
        max_qty: 0,
      }),
    ],
    ...more,
  };
}

export function cartLine(more: Partial<Schemas['CartLine']> = {}): Schemas['CartLine'] {
  const { id, sku, options } = variant();
  return {
    ...{ id, variant_id: id, sku, options, slug: 'stoneware-mug', title: 'Stoneware mug' },
    qty: 2,
    max_qty: 10,
    unit: eur(1499),
    line_total: eur(2998),
    availability: 'in',
    ...more,
  };
}

export function cart(more: Partial<Schemas['Cart']> = {}): Schemas['Cart'] {
  return {
    id: 'cart-1',
    version: 1,
    currency: 'EUR',
    lines: [cartLine()],
    count: 2,
    totals: totals({ items: eur(2998), discount: eur(0) }),
    notices: [],
    state: 'open',
    ...more,
  };
}

export function checkout(more: Partial<Schemas['Checkout']> = {}): Schemas['Checkout'] {
  return {
    id: 'checkout-1',
    state: 'open',
    cart: { id: 'cart-1', version: 1, lines: [] },
    totals: totals({ items: eur(2998), discount: eur(0) }),
    expires_at: '2099-01-01T00:00:00Z',
    payment: { state: 'none', attempts_left: 3 },
    ...more,
  };
}

export const ADDRESS: Schemas['Address'] = {
  name: 'Ada Lovelace',
  line1: '1 Analytical Row',
  postcode: 'D01 AB12',
  city: 'Dublin',
  country: 'IE',
};

export function totals(more: Partial<Schemas['Totals']> = {}): Schemas['Totals'] {
  const none = { items: null, discount: null, delivery: null, tax: null, grand: null };
  return { ...none, ...more };
}

/** A problem as the server sends it. */
export function problem(status: number, code: string, more: object = {}) {
  return Response.json(
    { type: `urn:localmart:problem:${code}`, title: code, status, code, detail: '', ...more },
    { status, headers: { 'content-type': 'application/problem+json' } },
  );
}
