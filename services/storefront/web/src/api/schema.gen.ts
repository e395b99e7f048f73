type Json<T> = { headers: { [name: string]: unknown }; content: { 'application/json': T } };
type Failure = {
  headers: { [name: string]: unknown };
  content: { 'application/problem+json': components['schemas']['Problem'] };
};
type Body<T> = { content: { 'application/json': T } };
type None = { query?: never; header?: never; path?: never; cookie?: never };

export interface paths {
  '/api/v1/session': { get: { parameters: None; responses: { 200: Json<components['schemas']['Session']>; default: Failure } } };
  '/api/v1/categories': { get: { parameters: None; responses: { 200: Json<components['schemas']['CategoryList']>; default: Failure } } };
  '/api/v1/products': {
    get: {
      parameters: { query?: { q?: string; category?: string; sort?: components['schemas']['Sort']; cursor?: string; limit?: number } };
      responses: { 200: Json<components['schemas']['ProductList']>; default: Failure };
    };
  };
  '/api/v1/products/{slug}': { get: { parameters: { path: { slug: string } }; responses: { 200: Json<components['schemas']['Product']>; default: Failure } } };
  '/api/v1/carts': { post: { parameters: None; requestBody?: Body<Record<string, never>>; responses: { 201: Json<components['schemas']['Cart']>; default: Failure } } };
  '/api/v1/carts/current': { get: { parameters: None; responses: { 200: Json<components['schemas']['Cart']>; default: Failure } } };
  '/api/v1/carts/{id}': { get: { parameters: { path: { id: string } }; responses: { 200: Json<components['schemas']['Cart']>; default: Failure } } };
  '/api/v1/carts/{id}/items': {
    post: {
      parameters: { path: { id: string }; header?: { 'Idempotency-Key'?: string } };
      requestBody: Body<components['schemas']['AddItem']>;
      responses: { 200: Json<components['schemas']['Cart']>; default: Failure };
    };
  };
  '/api/v1/carts/{id}/items/{variant_id}': {
    patch: {
      parameters: { path: { id: string; variant_id: string }; header?: { 'If-Match'?: string } };
      requestBody: Body<components['schemas']['SetItem']>;
      responses: { 200: Json<components['schemas']['Cart']>; default: Failure };
    };
  };
  '/api/v1/checkouts': { post: { parameters: None; requestBody: Body<components['schemas']['CreateCheckout']>; responses: { 200: Json<components['schemas']['Checkout']>; 201: Json<components['schemas']['Checkout']>; default: Failure } } };
  '/api/v1/checkouts/{id}': {
    get: { parameters: { path: { id: string } }; responses: { 200: Json<components['schemas']['Checkout']>; default: Failure } };
    patch: { parameters: { path: { id: string } }; requestBody: Body<components['schemas']['PatchCheckout']>; responses: { 200: Json<components['schemas']['Checkout']>; default: Failure } };
  };
  '/api/v1/checkouts/{id}/extend': { post: { parameters: { path: { id: string } }; responses: { 200: Json<components['schemas']['Checkout']>; default: Failure } } };
  '/api/v1/checkouts/{id}/shipping-rates': { get: { parameters: { path: { id: string } }; responses: { 200: Json<components['schemas']['ShippingRates']>; default: Failure } } };
  '/api/v1/checkouts/{id}/payment': { post: { parameters: { path: { id: string } }; requestBody: Body<components['schemas']['PaymentRequest']>; responses: { 200: Json<components['schemas']['Checkout']>; default: Failure } } };
  '/api/v1/checkouts/{id}/complete': {
    post: {
      parameters: { path: { id: string }; header: { 'Idempotency-Key': string } };
      requestBody: Body<components['schemas']['CompleteRequest']>;
      responses: { 201: Json<components['schemas']['Order']>; default: Failure };
    };
  };
  '/api/v1/orders/{number}': { get: { parameters: { path: { number: string } }; responses: { 200: Json<components['schemas']['Order']>; default: Failure } } };
}

export interface components {
  schemas: {
    Money: { minor: number; currency: string };
    Session: {
      cart?: { id: string; version: number; count: number } | null;
      currency: string;
      locale: string;
      title: string;
      build: string;
    };
    CategoryRef: { path: string; title: string };
    Category: { path: string; title: string; product_count: number };
    CategoryList: { items: components['schemas']['Category'][] };
    Image: { url: string; alt: string };
    StockLevel: 'in' | 'low' | 'out';
    Sort: 'newest' | 'price_asc' | 'price_desc' | 'title';
    Card: {
      id: string;
      slug: string;
      title: string;
      category: components['schemas']['CategoryRef'];
      image?: components['schemas']['Image'] | null;
      price: components['schemas']['Money'];
      compare_at?: components['schemas']['Money'] | null;
      stock: components['schemas']['StockLevel'];
    };
    ProductList: { items: components['schemas']['Card'][]; next_cursor?: string | null; total: number; as_of: string };
    Variant: {
      id: string;
      sku: string;
      options: { [name: string]: string };
      price: components['schemas']['Money'];
      compare_at?: components['schemas']['Money'] | null;
      stock: components['schemas']['StockLevel'];
      left?: number | null;
      max_qty: number;
      image?: components['schemas']['Image'] | null;
    };
    Product: components['schemas']['Card'] & {
      paragraphs: string[];
      specs: { name: string; value: string }[];
      images: components['schemas']['Image'][];
      options: { name: string; values: string[] }[];
      variants: components['schemas']['Variant'][];
    };
    Totals: {
      items?: components['schemas']['Money'] | null;
      discount?: components['schemas']['Money'] | null;
      delivery?: components['schemas']['Money'] | null;
      tax?: components['schemas']['Money'] | null;
      grand?: components['schemas']['Money'] | null;
    };
    Availability: 'in' | 'low' | 'out' | 'gone' | 'unknown';
    CartLine: {
      id: string;
      variant_id: string;
      sku: string;
      slug: string;
      title: string;
      options: { [name: string]: string };
      image?: components['schemas']['Image'] | null;
      qty: number;
      max_qty: number;
      unit: components['schemas']['Money'];
      line_total?: components['schemas']['Money'] | null;
      was?: components['schemas']['Money'] | null;
      availability: components['schemas']['Availability'];
    };
    Cart: {
      id: string;
      version: number;
      currency: string;
      lines: components['schemas']['CartLine'][];
      count: number;
      totals: components['schemas']['Totals'];
      notices: { code: string; detail: string }[];
      state: 'open' | 'closed';
      order_number?: string | null;
    };
    AddItem: { variant_id: string; qty: number };
    SetItem: { qty: number };
    CreateCheckout: { cart_id: string };
    Address: {
      name: string;
      line1: string;
      line2?: string | null;
      postcode: string;
      city: string;
      country: string;
      phone?: string | null;
    };
    PatchCheckout: { email?: string | null; address?: components['schemas']['Address'] | null; rate?: string | null };
    ShippingRate: { id: string; title: string; price: components['schemas']['Money']; min_days: number; max_days: number };
    ShippingRates: { items: components['schemas']['ShippingRate'][] };
    Checkout: {
      id: string;
      state: 'open' | 'awaiting_payment' | 'payment_ready' | 'processing' | 'completed' | 'rejected' | 'cancelled' | 'expired';
      cart: { id: string; version: number; lines: components['schemas']['OrderLine'][] };
      email?: string | null;
      address?: components['schemas']['Address'] | null;
      rate?: string | null;
      totals: components['schemas']['Totals'];
      expires_at: string;
      reservation_expires_at?: string | null;
      payment: {
        state: 'none' | 'ready' | 'declined' | 'authorized' | 'unknown';
        attempts_left: number;
        card?: { brand: string; last4: string } | null;
        reason?: string | null;
      };
      order_number?: string | null;
      replaced_by?: string | null;
    };
    PaymentRequest: { card: { number: string; expiry: string; cvc: string; holder: string } };
    CompleteRequest: { expected_total: components['schemas']['Money'] };
    OrderLine: {
      variant_id: string;
      sku: string;
      slug: string;
      title: string;
      options: { [name: string]: string };
      image?: components['schemas']['Image'] | null;
      qty: number;
      unit: components['schemas']['Money'];
      line_total: components['schemas']['Money'];
      tax?: components['schemas']['Money'] | null;
    };
    OrderState: 'created' | 'stock_reserved' | 'payment_authorized' | 'placed' | 'fulfilling' | 'shipped' | 'delivered' | 'completed' | 'rejected' | 'cancelled';
    OrderEvent: {
      seq: number;
      at: string;
      from?: components['schemas']['OrderState'] | null;
      to: components['schemas']['OrderState'];
      actor: string;
      reason?: string | null;
      trace_id: string;
    };
    Order: {
      id: string;
      number: string;
      state: components['schemas']['OrderState'];
      payment_status: 'none' | 'authorized' | 'captured' | 'partially_refunded' | 'refunded' | 'voided';
      fulfillment_status: string;
      email: string;
      address: components['schemas']['Address'];
      rate: string;
      lines: components['schemas']['OrderLine'][];
      totals: components['schemas']['Totals'];
      shipments: Record<string, never>[];
      events: components['schemas']['OrderEvent'][];
      allowed: string[];
      placed_at?: string | null;
    };
    Problem: {
      type: string;
      title: string;
      status: number;
      code: string;
      detail: string;
      errors?: { pointer: string; code: string; detail: string }[] | null;
      trace_id?: string | null;
    };
  };
}
