-- Money that is held or taken belongs to a live order of that amount, and a placed order is paid.
SELECT 'order ' || o.id || ' is ' || o.state || ' and attempt ' || p.attempt || ' is ' || p.state
FROM orders.sales_order o JOIN orders.payment p ON p.order_id = o.id
WHERE p.state IN ('requested', 'unknown', 'authorized', 'captured', 'partially_refunded')
    AND o.state NOT IN ('payment_authorized', 'placed', 'fulfilling', 'shipped', 'delivered', 'completed')
UNION ALL
SELECT 'order ' || o.id || ' is ' || o.state || ' and was paid ' || coalesce(p.captured, 0) || ' of ' || o.total_minor
FROM orders.sales_order o
LEFT JOIN (SELECT order_id, sum(captured_minor - refunded_minor) AS captured FROM orders.payment GROUP BY order_id) p
    ON p.order_id = o.id
WHERE o.placed_at IS NOT NULL AND o.state <> 'cancelled' AND coalesce(p.captured, 0) <> o.total_minor
