INSERT INTO catalog.stock_ledger (variant_id, kind, qty, reason)
SELECT variant_id, 'receive', 1000000, 'bench' FROM catalog.stock_level;
UPDATE catalog.stock_level SET on_hand = on_hand + 1000000;
