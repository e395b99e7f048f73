-- What is reserved equals the live reservations, none of them past its end; an order that holds or
-- has sold stock has the reservation for it.
SELECT 'variant ' || s.variant_id || ': ' || s.reserved || ' reserved, reservations say ' || coalesce(r.qty, 0)
FROM catalog.stock_level s
LEFT JOIN (
    SELECT variant_id, sum(qty) AS qty
    FROM catalog.reservation_line JOIN catalog.reservation USING (order_id)
    WHERE state = 'held' GROUP BY variant_id
) r USING (variant_id)
WHERE s.reserved <> coalesce(r.qty, 0)
UNION ALL
SELECT 'order ' || o.id || ' is ' || o.state || ', its reservation ' || coalesce(r.state, 'missing')
FROM orders.sales_order o LEFT JOIN catalog.reservation r ON r.order_id = o.id
WHERE CASE
    WHEN o.state = 'stock_reserved' THEN r.state IS DISTINCT FROM 'held'
    WHEN o.state IN ('rejected', 'cancelled') THEN coalesce(r.state, 'released') IN ('held', 'committed')
    WHEN o.placed_at IS NOT NULL THEN r.state IS DISTINCT FROM 'committed'
    ELSE false END
UNION ALL
SELECT 'the reservation of ' || order_id || ' has lapsed and is still held'
FROM catalog.reservation WHERE state = 'held' AND expires_at <= now() - interval '1 minute'
