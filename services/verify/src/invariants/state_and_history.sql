-- The state of an order is where its history ends; the history has no gap and only legal steps;
-- the checkout agrees with its order.
WITH legal (from_state, trigger, to_state) AS (
    VALUES
        (NULL, 'payment_step', 'created'),
        ('created', 'stock_reserved', 'stock_reserved'),
        ('created', 'stock_short', 'rejected'),
        ('stock_reserved', 'payment_authorized', 'payment_authorized'),
        ('stock_reserved', 'payment_declined', 'stock_reserved'),
        ('stock_reserved', 'payment_declined_for_good', 'cancelled'),
        ('stock_reserved', 'reservation_expired', 'cancelled'),
        ('stock_reserved', 'customer_cancels', 'cancelled'),
        ('payment_authorized', 'reservation_committed', 'placed'),
        ('payment_authorized', 'reservation_lost', 'cancelled'),
        ('placed', 'customer_cancels', 'cancelled'),
        ('placed', 'packed', 'fulfilling'),
        ('fulfilling', 'handed_over', 'shipped'),
        ('shipped', 'delivered', 'delivered'),
        ('delivered', 'return_window_over', 'completed'),
        ('rejected', 'late_payment', 'rejected'),
        ('cancelled', 'late_payment', 'cancelled'),
        ('completed', 'late_payment', 'completed')
), history AS (
    SELECT e.*, lag(e.to_state) OVER steps AS before, lag(e.seq, 1, 0) OVER steps AS last_seq
    FROM orders.order_event e WINDOW steps AS (PARTITION BY e.order_id ORDER BY e.seq)
)
SELECT 'order ' || o.id || ' is ' || o.state || ', its history ends in ' || coalesce(e.to_state, 'nothing')
FROM orders.sales_order o LEFT JOIN orders.order_event e ON e.order_id = o.id AND e.seq = o.last_seq
WHERE o.state IS DISTINCT FROM e.to_state
UNION ALL
SELECT 'order ' || order_id || ': step ' || seq || ' follows step ' || last_seq FROM history
WHERE seq <> last_seq + 1
UNION ALL
SELECT 'order ' || order_id || ': step ' || seq || ' leaves ' || coalesce(from_state, 'nothing')
    || ' after ' || coalesce(before, 'nothing')
FROM history WHERE from_state IS DISTINCT FROM before
UNION ALL
SELECT 'order ' || h.order_id || ': ' || coalesce(h.from_state, 'nothing') || ' to ' || h.to_state
    || ' by ' || h.trigger || ' is no step'
FROM history h
WHERE NOT EXISTS (
    SELECT FROM legal l WHERE l.from_state IS NOT DISTINCT FROM h.from_state
        AND l.trigger = h.trigger AND l.to_state = h.to_state)
UNION ALL
SELECT 'checkout ' || c.id || ' is ' || c.state || ', its order ' || coalesce(o.state, 'missing')
FROM orders.checkout c LEFT JOIN orders.sales_order o ON o.id = c.id
WHERE NOT CASE c.state
    WHEN 'open' THEN o.id IS NULL
    WHEN 'awaiting_payment' THEN coalesce(o.state IN ('created', 'stock_reserved'), false)
    WHEN 'payment_ready' THEN o.state IS NOT DISTINCT FROM 'stock_reserved'
    WHEN 'processing' THEN coalesce(o.state IN ('stock_reserved', 'payment_authorized'), false)
    WHEN 'completed' THEN o.placed_at IS NOT NULL
    WHEN 'rejected' THEN o.state IS NOT DISTINCT FROM 'rejected'
    ELSE coalesce(o.state, 'cancelled') = 'cancelled' END
