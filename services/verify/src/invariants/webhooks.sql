-- Whatever became of an intent is told: each event of payments has its webhook, and what was
-- delivered took effect once. Both sides forget after a week.
SELECT 'event ' || o.event_id || ' (' || o.type || ') has no webhook'
FROM payments.outbox o LEFT JOIN payments.webhook_delivery w ON w.event_id = o.event_id AND w.type = o.type
WHERE w.event_id IS NULL AND o.occurred_at > greatest(
    now() - interval '6 days',
    (SELECT min(created_at) FROM payments.webhook_delivery))
UNION ALL
SELECT 'webhook ' || w.event_id || ' (' || w.type || ') was delivered and is not known'
FROM payments.webhook_delivery w LEFT JOIN orders.payment_webhook t ON t.event_id = w.event_id AND t.type = w.type
WHERE w.delivered_at > now() - interval '6 days' AND t.event_id IS NULL
UNION ALL
SELECT 'webhook ' || t.event_id || ' (' || t.type || ') took effect and was never sent'
FROM orders.payment_webhook t LEFT JOIN payments.webhook_delivery w ON w.event_id = t.event_id
WHERE t.received_at > now() - interval '6 days' AND w.event_id IS NULL
