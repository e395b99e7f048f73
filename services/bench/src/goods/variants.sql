INSERT INTO catalog.variant (id, product_id, sku, position, price_minor, currency, weight_grams)
SELECT id, id, upper(slug), 0, 500 + substr(slug, 7)::integer % 9000, 'EUR', 300
FROM catalog.product WHERE starts_with(slug, 'bench-');
INSERT INTO catalog.stock_level (variant_id, on_hand)
SELECT id, 50 FROM catalog.variant WHERE starts_with(sku, 'BENCH-');
INSERT INTO catalog.stock_ledger (variant_id, kind, qty, reason)
SELECT id, 'receive', 50, 'bench' FROM catalog.variant WHERE starts_with(sku, 'BENCH-');
