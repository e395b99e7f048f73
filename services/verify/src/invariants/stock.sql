-- No oversell; stock equals its ledger; what is reserved equals the live reservations; an order
-- that holds or has sold stock has the reservation for it.
SELECT 'variant ' || s.variant_id || ': ' || s.reserved || ' reserved of ' || s.on_hand
FROM catalog.stock_level s WHERE s.reserved < 0 OR s.reserved > s.on_hand
UNION ALL
SELECT 'variant ' || s.variant_id || ': ' || s.on_hand || ' on hand, ledger says ' || coalesce(l.qty, 0)
FROM catalog.stock_level s
LEFT JOIN (SELECT variant_id, sum(qty) AS qty FROM catalog.stock_ledger GROUP BY variant_id) l USING (variant_id)
WHERE s.on_hand <> coalesce(l.qty, 0)
UNION ALL
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
SELECT 'order ' || o.id || ' sold ' || coalesce(sold.qty, 0) || ' pieces of ' || l.variant_id || ' instead of ' || l.qty
FROM orders.sales_order o
JOIN orders.order_line l ON l.order_id = o.id
LEFT JOIN (
    SELECT order_id, variant_id, -sum(qty) AS qty FROM catalog.stock_ledger
    WHERE order_id IS NOT NULL GROUP BY order_id, variant_id
) sold ON sold.order_id = o.id AND sold.variant_id = l.variant_id
WHERE coalesce(sold.qty, 0) <> CASE WHEN o.placed_at IS NOT NULL AND o.state <> 'cancelled' THEN l.qty ELSE 0 END
