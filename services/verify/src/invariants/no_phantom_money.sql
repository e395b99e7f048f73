-- Money that is held or taken belongs to a live order of that amount, and a placed order is paid
-- but for what was refunded; refunds are no more than what was taken, and each of them was sent.
SELECT 'order ' || o.id || ' is ' || o.state || ' and attempt ' || p.attempt || ' is ' || p.state
FROM orders.sales_order o JOIN orders.payment p ON p.order_id = o.id
WHERE p.state IN ('requested', 'unknown', 'authorized', 'captured', 'partially_refunded')
    AND o.state NOT IN ('payment_authorized', 'placed', 'fulfilling', 'shipped', 'delivered', 'completed')
UNION ALL
SELECT 'order ' || o.id || ' is ' || o.state || ' and was paid ' || coalesce(p.captured, 0) || ' of ' || o.total_minor
FROM orders.sales_order o
LEFT JOIN (SELECT order_id, sum(captured_minor - refunded_minor) AS captured FROM orders.payment GROUP BY order_id) p
    ON p.order_id = o.id
WHERE o.placed_at IS NOT NULL AND o.state <> 'cancelled' AND coalesce(p.captured, 0) <> o.total_minor - (
    SELECT coalesce(sum(r.amount_minor), 0) FROM orders.refund r WHERE r.order_id = o.id AND r.state = 'done')
UNION ALL
SELECT 'order ' || p.order_id || ': refunds of ' || sum(r.amount_minor) || ' from ' || p.captured_minor || ', of which '
    || p.refund_asked_minor || ' are set aside'
FROM orders.payment p JOIN orders.refund r ON (r.order_id, r.attempt) = (p.order_id, p.attempt)
WHERE r.state <> 'refused' GROUP BY p.order_id, p.attempt
HAVING sum(r.amount_minor) > p.captured_minor OR sum(r.amount_minor) <> p.refund_asked_minor
UNION ALL
SELECT 'refund ' || id || ' of order ' || order_id || ' was never sent' FROM orders.refund WHERE state = 'requested'
