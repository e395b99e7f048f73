-- What is shipped was ordered, what comes back was shipped; parcels, returns and the state of the
-- order agree with the pieces of its lines.
WITH lines AS (
    SELECT l.*, coalesce((
        SELECT sum(sl.qty) FROM orders.shipment s JOIN orders.shipment_line sl ON sl.shipment_id = s.id
        WHERE s.order_id = l.order_id AND sl.variant_id = l.variant_id), 0) AS in_parcels,
    coalesce((
        SELECT sum(rl.qty) FROM orders.return_request r JOIN orders.return_line rl ON rl.return_id = r.id
        WHERE r.order_id = l.order_id AND rl.variant_id = l.variant_id AND r.state <> 'rejected'), 0) AS in_returns,
    coalesce((
        SELECT sum(rl.qty) FROM orders.return_request r JOIN orders.return_line rl ON rl.return_id = r.id
        WHERE r.order_id = l.order_id AND rl.variant_id = l.variant_id
            AND r.state IN ('received', 'refunded')), 0) AS back
    FROM orders.order_line l
)
SELECT 'order ' || order_id || ': ' || shipped_qty || ' of ' || qty || ' pieces of ' || variant_id
    || ' shipped, ' || in_parcels || ' in parcels'
FROM lines WHERE shipped_qty > qty OR shipped_qty <> in_parcels
UNION ALL
SELECT 'order ' || order_id || ': ' || received_qty || ' of ' || claimed_qty || ' pieces of ' || variant_id
    || ' came back, returns say ' || back || ' of ' || in_returns
FROM lines WHERE claimed_qty > shipped_qty OR received_qty > claimed_qty
    OR (claimed_qty, received_qty) <> (in_returns, back)
UNION ALL
SELECT 'order ' || o.id || ' is ' || o.state || ' with ' || sum(l.shipped_qty) || ' of ' || sum(l.qty) || ' pieces shipped'
FROM orders.sales_order o JOIN orders.order_line l ON l.order_id = o.id
GROUP BY o.id
HAVING CASE
    WHEN o.state IN ('shipped', 'delivered', 'completed') THEN sum(l.shipped_qty) <> sum(l.qty)
    WHEN o.state = 'fulfilling' THEN sum(l.shipped_qty) >= sum(l.qty)
    ELSE sum(l.shipped_qty) > 0 END
UNION ALL
SELECT 'order ' || o.id || ' is ' || o.state || ' with ' || count(*) FILTER (WHERE s.delivered_at IS NULL)
    || ' parcels on their way'
FROM orders.sales_order o JOIN orders.shipment s ON s.order_id = o.id
GROUP BY o.id
HAVING (o.state IN ('delivered', 'completed') AND bool_or(s.delivered_at IS NULL))
    OR (o.state = 'shipped' AND bool_and(s.delivered_at IS NOT NULL))
UNION ALL
SELECT 'order ' || id || ' is ' || state || ' and may be sent back until ' || coalesce(return_until::text, 'never')
FROM orders.sales_order WHERE (return_until IS NOT NULL) <> (state IN ('delivered', 'completed'))
UNION ALL
SELECT 'return ' || r.id || ' is ' || r.state || ', its refund ' || coalesce(f.state, 'missing')
FROM orders.return_request r LEFT JOIN orders.refund f ON f.return_id = r.id
WHERE (f.id IS NOT NULL AND r.state NOT IN ('received', 'refunded'))
    OR (r.state = 'refunded' AND f.state IS NOT DISTINCT FROM 'requested')
