-- Each outbox is gapless per aggregate, and each transition of an order has its event.
WITH rows AS (
    SELECT 'catalog' AS schema, aggregate_id, sequence FROM catalog.outbox
    UNION ALL SELECT 'orders', aggregate_id, sequence FROM orders.outbox
    UNION ALL SELECT 'payments', aggregate_id, sequence FROM payments.outbox
), counted AS (
    SELECT 'catalog' AS schema, aggregate_id, last FROM catalog.outbox_sequence
    UNION ALL SELECT 'orders', aggregate_id, last FROM orders.outbox_sequence
    UNION ALL SELECT 'payments', aggregate_id, last FROM payments.outbox_sequence
)
SELECT c.schema || ' aggregate ' || c.aggregate_id || ': counted to ' || c.last || ', has ' || count(r.sequence)
    || ' up to ' || coalesce(max(r.sequence), 0)
FROM counted c LEFT JOIN rows r USING (schema, aggregate_id)
GROUP BY c.schema, c.aggregate_id, c.last
HAVING count(r.sequence) <> c.last OR coalesce(max(r.sequence), 0) <> c.last
UNION ALL
SELECT 'order ' || o.id || ': ' || o.last_seq || ' steps, ' || coalesce(s.last, 0) || ' events'
FROM orders.sales_order o LEFT JOIN orders.outbox_sequence s ON s.aggregate_id = o.id
WHERE o.last_seq <> coalesce(s.last, 0)
