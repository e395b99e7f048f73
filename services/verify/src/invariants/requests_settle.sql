-- Every request with a key has its answer, and an order has one answer that placed it.
SELECT 'request ' || route || ' has no answer' FROM orders.idempotency_key WHERE state <> 'done'
UNION ALL
SELECT 'request ' || route || ' of payments has no answer' FROM payments.idempotency_key WHERE state <> 'done'
UNION ALL
SELECT 'request ' || k.route || ' was answered with order ' || (k.response_body ->> 'number') || ', which is not placed'
FROM orders.idempotency_key k
LEFT JOIN orders.sales_order o ON o.number = k.response_body ->> 'number'
WHERE k.response_status = 201 AND o.placed_at IS NULL
