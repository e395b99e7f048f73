-- Stock equals its ledger, and the ledger says what each order has bought.
SELECT 'variant ' || s.variant_id || ': ' || s.on_hand || ' on hand, ledger says ' || coalesce(l.qty, 0)
FROM catalog.stock_level s
LEFT JOIN (SELECT variant_id, sum(qty) AS qty FROM catalog.stock_ledger GROUP BY variant_id) l USING (variant_id)
WHERE s.on_hand <> coalesce(l.qty, 0)
UNION ALL
SELECT 'order ' || o.id || ' sold ' || coalesce(sold.qty, 0) || ' pieces of ' || l.variant_id || ' instead of ' || l.qty
FROM orders.sales_order o
JOIN orders.order_line l ON l.order_id = o.id
LEFT JOIN (
    SELECT order_id, variant_id, -sum(qty) AS qty FROM catalog.stock_ledger
    WHERE order_id IS NOT NULL GROUP BY order_id, variant_id
) sold ON sold.order_id = o.id AND sold.variant_id = l.variant_id
WHERE coalesce(sold.qty, 0) <> CASE WHEN o.placed_at IS NOT NULL AND o.state <> 'cancelled' THEN l.qty - l.received_qty ELSE 0 END
