-- Every request with a key has its answer, and all answers that placed an order name the same one.
SELECT 'request ' || route || ' has no answer' FROM orders.idempotency_key WHERE state <> 'done'
UNION ALL
SELECT 'request ' || route || ' of payments has no answer' FROM payments.idempotency_key WHERE state <> 'done'
UNION ALL
SELECT 'request ' || route || ' of cart has no answer' FROM cart.idempotency_key WHERE state <> 'done'
UNION ALL
SELECT 'requests ' || route || ' were answered with ' || count(DISTINCT response_body ->> 'number') || ' orders'
FROM orders.idempotency_key WHERE response_status = 201
GROUP BY owner, route HAVING count(DISTINCT response_body ->> 'number') > 1
