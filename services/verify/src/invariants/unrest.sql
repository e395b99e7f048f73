-- Work that the shop still does by itself. Empty means quiet.
SELECT 'request ' || route || ' stands at ' || coalesce(recovery_point, 'its beginning')
FROM orders.idempotency_key WHERE state = 'running'
UNION ALL
SELECT 'order ' || order_id || ' waits for ' || kind || coalesce(': ' || last_error, '')
FROM orders.follow_up WHERE state = 'pending'
UNION ALL
SELECT 'order ' || id || ' waits for stock' FROM orders.sales_order WHERE state = 'created'
UNION ALL
SELECT 'reservation of ' || order_id || ' has lapsed and is still held'
FROM catalog.reservation WHERE state = 'held' AND expires_at <= now()
UNION ALL
SELECT 'order ' || id || ' has lapsed' FROM orders.sales_order
WHERE state = 'stock_reserved' AND reservation_expires_at <= now()
