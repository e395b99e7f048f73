-- No acknowledged order is lost: whatever was answered with an order is placed.
SELECT 'request ' || k.route || ' was answered with order ' || (k.response_body ->> 'number') || ', which is not placed'
FROM orders.idempotency_key k
LEFT JOIN orders.sales_order o ON o.number = k.response_body ->> 'number'
WHERE k.response_status = 201 AND o.placed_at IS NULL
