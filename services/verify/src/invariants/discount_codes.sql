-- A coupon has as many uses as redemptions are held or redeemed, and not more than it may; what an
-- order uses agrees with where it stands, and an order with a code has its redemption.
SELECT 'coupon ' || c.code || ' counts ' || c.used || ' uses, its redemptions ' || count(r.order_id)
FROM orders.coupon c LEFT JOIN orders.redemption r ON r.code = c.code AND r.state <> 'returned'
GROUP BY c.code HAVING c.used <> count(r.order_id)
UNION ALL
SELECT 'coupon ' || code || ' has ' || used || ' uses of ' || max_uses
FROM orders.coupon WHERE used > max_uses
UNION ALL
SELECT 'order ' || o.id || ' is ' || o.state || ', its use of ' || r.code || ' is ' || r.state
FROM orders.redemption r JOIN orders.sales_order o ON o.id = r.order_id
WHERE r.state <> CASE
    WHEN o.state IN ('rejected', 'cancelled') THEN 'returned'
    WHEN o.placed_at IS NOT NULL THEN 'redeemed'
    ELSE 'held' END
UNION ALL
SELECT 'order ' || o.id || ' has the code ' || coalesce(o.discount_code, 'none') || ' and uses '
    || coalesce(r.code, 'none')
FROM orders.sales_order o FULL JOIN orders.redemption r ON r.order_id = o.id
WHERE o.discount_code IS DISTINCT FROM r.code
