-- Nothing is promised or sold that is not there.
SELECT 'variant ' || s.variant_id || ': ' || s.reserved || ' reserved of ' || s.on_hand
FROM catalog.stock_level s WHERE s.reserved < 0 OR s.reserved > s.on_hand
