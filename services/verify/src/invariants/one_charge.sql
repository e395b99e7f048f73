-- One charge per order; the provider's ledger and our payments say the same.
WITH ledger AS (
    SELECT i.id, i.order_id, i.attempt, i.amount_minor, i.outcome,
           coalesce(sum(e.amount_minor) FILTER (WHERE e.kind = 'authorize'), 0) AS authorized,
           coalesce(sum(e.amount_minor) FILTER (WHERE e.kind = 'capture'), 0) AS captured,
           coalesce(sum(e.amount_minor) FILTER (WHERE e.kind = 'void'), 0) AS voided,
           coalesce(sum(e.amount_minor) FILTER (WHERE e.kind = 'refund'), 0) AS refunded
    FROM payments.intent i LEFT JOIN payments.ledger_entry e ON e.intent_id = i.id
    GROUP BY i.id
), theirs AS (
    SELECT *, CASE
        WHEN outcome <> 'authorized' THEN outcome
        WHEN voided > 0 THEN 'voided'
        WHEN captured = 0 THEN 'authorized'
        WHEN refunded = 0 THEN 'captured'
        WHEN refunded < captured THEN 'partially_refunded'
        ELSE 'refunded' END AS state
    FROM ledger
)
SELECT 'order ' || order_id || ' was charged ' || count(*) || ' times' FROM theirs
WHERE captured > 0 GROUP BY order_id HAVING count(*) > 1
UNION ALL
SELECT 'order ' || order_id || ' is held or charged by ' || count(*) || ' attempts' FROM theirs
WHERE authorized > voided + refunded GROUP BY order_id HAVING count(*) > 1
UNION ALL
SELECT 'intent ' || id || ': captured ' || captured || ' of ' || authorized FROM theirs
WHERE captured > authorized OR refunded > captured OR (voided > 0 AND captured > 0)
UNION ALL
SELECT 'order ' || coalesce(p.order_id, t.order_id) || ' attempt ' || coalesce(p.attempt, t.attempt)
    || ': we say ' || coalesce(p.state, 'nothing') || ', the provider ' || coalesce(t.state, 'nothing')
FROM orders.payment p FULL JOIN theirs t ON t.order_id = p.order_id AND t.attempt = p.attempt
WHERE p.state IS DISTINCT FROM t.state
    OR (p.intent_id, p.amount_minor, p.captured_minor, p.refunded_minor)
        IS DISTINCT FROM (t.id, t.amount_minor, t.captured, t.refunded)
