-- Each outbox is gapless per aggregate from the oldest event that is kept, nothing in it waits to be
-- published, and each transition of an order has its event.
WITH rows AS (
    SELECT 'catalog' AS schema, aggregate_id, sequence, published_at FROM catalog.outbox
    UNION ALL SELECT 'orders', aggregate_id, sequence, published_at FROM orders.outbox
    UNION ALL SELECT 'payments', aggregate_id, sequence, published_at FROM payments.outbox
), counted AS (
    SELECT 'catalog' AS schema, aggregate_id, last FROM catalog.outbox_sequence
    UNION ALL SELECT 'orders', aggregate_id, last FROM orders.outbox_sequence
    UNION ALL SELECT 'payments', aggregate_id, last FROM payments.outbox_sequence
)
SELECT c.schema || ' aggregate ' || c.aggregate_id || ': counted to ' || c.last || ', has ' || count(*)
    || ' from ' || min(r.sequence) || ' up to ' || max(r.sequence)
FROM counted c JOIN rows r USING (schema, aggregate_id)
GROUP BY c.schema, c.aggregate_id, c.last
HAVING count(*) <> c.last - min(r.sequence) + 1 OR max(r.sequence) <> c.last
UNION ALL
SELECT r.schema || ' aggregate ' || r.aggregate_id || ': number ' || r.sequence || ' was never counted'
FROM rows r LEFT JOIN counted c USING (schema, aggregate_id) WHERE c.last IS NULL
UNION ALL
SELECT schema || ' aggregate ' || aggregate_id || ': number ' || sequence || ' is not published'
FROM rows WHERE published_at IS NULL
UNION ALL
SELECT 'order ' || o.id || ': ' || o.last_seq || ' steps, ' || coalesce(s.last, 0) || ' events'
FROM orders.sales_order o LEFT JOIN orders.outbox_sequence s ON s.aggregate_id = o.id
WHERE o.last_seq <> coalesce(s.last, 0)
