-- One purchase as the services leave it behind: an article with five pieces, one of them sold.
INSERT INTO catalog.category (path, title, position) VALUES ('kitchen', 'Kitchen', 1);
INSERT INTO catalog.product (id, slug, title, description, category, status)
VALUES ('00000000-0000-7000-8000-000000000001', 'mug', 'Mug', 'A mug.', 'kitchen', 'active');
INSERT INTO catalog.variant (id, product_id, sku, position, price_minor, currency, weight_grams)
VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001', 'MUG', 1, 1000, 'EUR', 300);
INSERT INTO catalog.stock_level (variant_id, on_hand) VALUES ('00000000-0000-7000-8000-000000000001', 4);
INSERT INTO catalog.reservation (order_id, state, expires_at)
VALUES ('00000000-0000-7000-8000-00000000000a', 'committed', now() + interval '10 minutes');
INSERT INTO catalog.reservation_line (order_id, variant_id, qty)
VALUES ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-000000000001', 1);
INSERT INTO catalog.stock_ledger (variant_id, kind, qty, order_id, reason) VALUES
    ('00000000-0000-7000-8000-000000000001', 'receive', 5, NULL, 'first delivery'),
    ('00000000-0000-7000-8000-000000000001', 'sell', -1, '00000000-0000-7000-8000-00000000000a', 'sold');
INSERT INTO orders.checkout (id, owner, cart_id, cart_version, state, currency, lines, totals, expires_at)
VALUES ('00000000-0000-7000-8000-00000000000a', 'guest:a', '00000000-0000-7000-8000-0000000000ca', 1,
    'completed', 'EUR', '[]', '{}', now() + interval '1 day');
-- The code takes off less than a cent.
INSERT INTO orders.coupon (code, title, kind, basis_points, max_uses, used) VALUES ('NOTHING', 'Nothing', 'percent', 1, 9, 1);
INSERT INTO orders.sales_order (id, number, owner, cart_id, cart_version, state, currency, items_minor, discount_minor,
    delivery_minor, tax_minor, total_minor, email, address, rate, last_seq, placed_at,
    discount_code, discount_title)
VALUES ('00000000-0000-7000-8000-00000000000a', 'LM-000000', 'guest:a', '00000000-0000-7000-8000-0000000000ca', 1,
    'placed', 'EUR', 1000, 0, 490, 190, 1680, 'ada@example.org', '{}', '{}', 4, now(), 'NOTHING', 'Nothing');
INSERT INTO orders.redemption (order_id, code, state)
VALUES ('00000000-0000-7000-8000-00000000000a', 'NOTHING', 'redeemed');
INSERT INTO orders.order_line (order_id, position, variant_id, sku, slug, title, options, qty, unit_minor,
    line_total_minor, discount_minor, tax_minor)
VALUES ('00000000-0000-7000-8000-00000000000a', 1, '00000000-0000-7000-8000-000000000001', 'MUG', 'mug', 'Mug', '{}',
    1, 1000, 1000, 0, 190);
INSERT INTO orders.order_event (order_id, seq, at, from_state, to_state, trigger, actor, trace_id) VALUES
    ('00000000-0000-7000-8000-00000000000a', 1, now(), NULL, 'created', 'payment_step', 'customer', ''),
    ('00000000-0000-7000-8000-00000000000a', 2, now(), 'created', 'stock_reserved', 'stock_reserved', 'customer', ''),
    ('00000000-0000-7000-8000-00000000000a', 3, now(), 'stock_reserved', 'payment_authorized', 'payment_authorized', 'customer', ''),
    ('00000000-0000-7000-8000-00000000000a', 4, now(), 'payment_authorized', 'placed', 'reservation_committed', 'customer', '');
INSERT INTO payments.card_token (token, brand, last4, behaviour)
VALUES ('tok_00000000000000000000000000000000', 'test', '0002', 'approve');
INSERT INTO payments.intent (id, order_id, attempt, amount_minor, currency, token, outcome)
VALUES ('00000000-0000-7000-8000-0000000000f1', '00000000-0000-7000-8000-00000000000a', 1, 1680, 'EUR',
    'tok_00000000000000000000000000000000', 'authorized');
INSERT INTO payments.ledger_entry (intent_id, kind, amount_minor) VALUES
    ('00000000-0000-7000-8000-0000000000f1', 'authorize', 1680),
    ('00000000-0000-7000-8000-0000000000f1', 'capture', 1680);
INSERT INTO orders.payment (order_id, attempt, amount_minor, captured_minor, card_token, state, intent_id)
VALUES ('00000000-0000-7000-8000-00000000000a', 1, 1680, 1680, 'tok_00000000000000000000000000000000', 'captured',
    '00000000-0000-7000-8000-0000000000f1');
INSERT INTO orders.follow_up (order_id, kind, state, done_at) VALUES
    ('00000000-0000-7000-8000-00000000000a', 'capture', 'done', now()),
    ('00000000-0000-7000-8000-00000000000a', 'close_cart', 'done', now());
INSERT INTO orders.idempotency_key (owner, route, key, request_hash, request, state, response_status, response_body)
VALUES ('guest:a', 'complete 00000000-0000-7000-8000-00000000000a', 'k', '', '{}', 'done', 201, '{"number": "LM-000000"}');
INSERT INTO orders.outbox (event_id, aggregate_id, sequence, type, version, payload, occurred_at, published_at)
SELECT gen_random_uuid(), '00000000-0000-7000-8000-00000000000a', n,
    (ARRAY['order.created', 'order.stock_reserved', 'order.payment_authorized', 'order.placed'])[n], 1, '{}', now(), now()
FROM generate_series(1, 4) AS n;
INSERT INTO orders.outbox_sequence (aggregate_id, last) VALUES ('00000000-0000-7000-8000-00000000000a', 4);
