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

/** An order that was just placed. */
export function order(more: Partial<Schemas['Order']> = {}): Schemas['Order'] {
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
      orderEvent(2, 'placed'),
    ],
    allowed: [],
    placed_at: '2026-11-23T12:00:01Z',
    ...more,
  };
}

/** Step `seq` of an order, `seq` seconds after noon. */
export function orderEvent(
  seq: number,
  to: Schemas['OrderState'],
  more: Partial<Schemas['OrderEvent']> = {},
): Schemas['OrderEvent'] {
  const at = `2026-11-23T12:00:${String(seq).padStart(2, '0')}Z`;
  return { seq, at, from: 'created', to, actor: 'orders', trace_id: `trace-${seq}`, ...more };
}

/** A parcel with both pieces of the order's line. */
export function parcel(more: Partial<Schemas['Shipment']> = {}): Schemas['Shipment'] {
  const { variant_id, qty } = cartLine();
  return {
    id: 'parcel-1',
    lines: [{ variant_id, qty }],
    shipped_at: '2026-11-24T08:00:00Z',
    ...more,
  };
}

/** A wish to send one piece back. */
export function sentBack(more: Partial<Schemas['Return']> = {}): Schemas['Return'] {
  return {
    id: 'return-1',
    state: 'requested',
    lines: [{ variant_id: cartLine().variant_id, qty: 1 }],
    reason: 'Too green',
    requested_at: '2026-11-26T08:00:00Z',
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
