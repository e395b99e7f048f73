-- Pieces of a sold order that come back, a few at a time.

-- What came back with one return; the same return again changes nothing.
CREATE TABLE catalog.customer_return (
    return_id  uuid        PRIMARY KEY,
    order_id   uuid        NOT NULL REFERENCES catalog.reservation (order_id),
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE catalog.customer_return_line (
    return_id  uuid    NOT NULL REFERENCES catalog.customer_return (return_id),
    variant_id uuid    NOT NULL REFERENCES catalog.variant (id),
    qty        integer NOT NULL CHECK (qty >= 1),
    PRIMARY KEY (return_id, variant_id)
);

-- No more comes back than was sold.
ALTER TABLE catalog.reservation_line
    ADD COLUMN returned_qty integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT reservation_line_returned CHECK (returned_qty BETWEEN 0 AND qty);

-- An order sells a variant once and returns it once, or once for each return.
ALTER TABLE catalog.stock_ledger
    ADD COLUMN return_id uuid REFERENCES catalog.customer_return (return_id),
    ADD CONSTRAINT stock_ledger_return CHECK (return_id IS NULL OR kind = 'return');
DROP INDEX catalog.stock_ledger_once;
CREATE UNIQUE INDEX stock_ledger_once ON catalog.stock_ledger (order_id, variant_id, kind, return_id)
    NULLS NOT DISTINCT WHERE order_id IS NOT NULL;
