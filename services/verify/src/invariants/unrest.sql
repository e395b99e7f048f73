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
UNION ALL
SELECT type || ' of ' || aggregate_id || ' waits to be published' FROM (
    SELECT type, aggregate_id, published_at FROM catalog.outbox
    UNION ALL SELECT type, aggregate_id, published_at FROM orders.outbox
    UNION ALL SELECT type, aggregate_id, published_at FROM payments.outbox) events
WHERE published_at IS NULL
UNION ALL
SELECT 'checkout ' || id || ' waits to go on after the bank was answered' FROM orders.checkout
WHERE state = 'processing' AND payment_state = 'challenge_answered'
UNION ALL
SELECT 'webhook ' || event_id || ' (' || type || ') waits' || coalesce(': ' || last_error, '')
FROM payments.webhook_delivery WHERE delivered_at IS NULL
