-- What one service tells another has its effect once: a placed order is told once, sold once by
-- catalog, captured once by payments, and its cart is closed.
SELECT 'order ' || aggregate_id || ' was told ' || type || ' ' || count(*) || ' times'
FROM orders.outbox WHERE type IN ('order.created', 'order.placed')
GROUP BY aggregate_id, type HAVING count(*) > 1
UNION ALL
SELECT 'order ' || order_id || ' ' || kind || ' ' || variant_id || ' ' || count(*) || ' times'
FROM catalog.stock_ledger WHERE order_id IS NOT NULL
GROUP BY order_id, kind, variant_id, return_id HAVING count(*) > 1
UNION ALL
SELECT 'intent ' || intent_id || ' has ' || count(*) || ' of ' || kind
FROM payments.ledger_entry WHERE kind <> 'refund' GROUP BY intent_id, kind HAVING count(*) > 1
UNION ALL
SELECT 'order ' || o.id || ' was placed and nobody was asked to ' || wanted.kind
FROM orders.sales_order o CROSS JOIN (VALUES ('capture'), ('close_cart')) AS wanted (kind)
WHERE o.placed_at IS NOT NULL AND o.state <> 'cancelled' AND NOT EXISTS (
    SELECT FROM orders.follow_up f
    WHERE f.order_id = o.id AND f.kind = wanted.kind AND f.state = 'done')
UNION ALL
-- Guests' carts are in Redis and may be gone.
SELECT 'order ' || o.id || ' was placed and its cart is ' || c.state
    || coalesce(' for order ' || c.order_id, '')
FROM orders.sales_order o JOIN cart.cart c ON c.id = o.cart_id
WHERE o.placed_at IS NOT NULL AND o.state <> 'cancelled' AND c.order_id IS DISTINCT FROM o.id
