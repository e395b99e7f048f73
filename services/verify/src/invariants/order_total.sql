-- An order's total equals its parts, and its parts equal those of its lines.
SELECT 'order ' || o.id || ': total ' || o.total_minor || ' is not the sum of its parts'
FROM orders.sales_order o
WHERE o.total_minor <> o.items_minor - o.discount_minor + o.delivery_minor + o.tax_minor
UNION ALL
SELECT 'order ' || o.id || ': items ' || o.items_minor || ', discount ' || o.discount_minor || ', tax ' || o.tax_minor
    || '; its lines say ' || l.items || ', ' || l.discount || ', ' || l.tax
FROM orders.sales_order o
JOIN (
    SELECT order_id, sum(line_total_minor) AS items, sum(discount_minor) AS discount, sum(tax_minor) AS tax,
           bool_and(line_total_minor = unit_minor * qty) AS exact
    FROM orders.order_line GROUP BY order_id
) l ON l.order_id = o.id
WHERE (o.items_minor, o.discount_minor, o.tax_minor) <> (l.items, l.discount, l.tax) OR NOT l.exact
UNION ALL
SELECT 'order ' || o.id || ' has no lines' FROM orders.sales_order o
WHERE NOT EXISTS (SELECT FROM orders.order_line l WHERE l.order_id = o.id)
