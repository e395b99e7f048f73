-- What happens to an order after it is placed: shipments, refunds and returns.

-- Pieces that have left, that a customer wants to send back, and that have come back. The bounds
-- hold whoever races whom.
ALTER TABLE orders.order_line
    ADD COLUMN shipped_qty  integer NOT NULL DEFAULT 0,
    ADD COLUMN claimed_qty  integer NOT NULL DEFAULT 0,
    ADD COLUMN received_qty integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT order_line_shipped CHECK (shipped_qty BETWEEN 0 AND qty),
    ADD CONSTRAINT order_line_claimed CHECK (claimed_qty BETWEEN 0 AND shipped_qty),
    ADD CONSTRAINT order_line_received CHECK (received_qty BETWEEN 0 AND claimed_qty);
COMMENT ON COLUMN orders.order_line.claimed_qty IS 'pieces in returns that were not rejected';

-- Written when everything is delivered, so that another setting later shortens no promise.
ALTER TABLE orders.sales_order ADD COLUMN return_until timestamptz;
CREATE INDEX sales_order_return_window ON orders.sales_order (return_until) WHERE state = 'delivered';
CREATE INDEX sales_order_by_state ON orders.sales_order (state, id DESC) WHERE placed_at IS NOT NULL;

CREATE TABLE orders.shipment (
    id           uuid        PRIMARY KEY,
    order_id     uuid        NOT NULL REFERENCES orders.sales_order (id),
    tracking     text        CHECK (length(tracking) BETWEEN 1 AND 100),
    shipped_at   timestamptz NOT NULL DEFAULT now(),
    delivered_at timestamptz CHECK (delivered_at >= shipped_at)
);
CREATE INDEX shipment_of_order ON orders.shipment (order_id, id);

CREATE TABLE orders.shipment_line (
    shipment_id uuid    NOT NULL REFERENCES orders.shipment (id),
    variant_id  uuid    NOT NULL,
    qty         integer NOT NULL CHECK (qty >= 1),
    PRIMARY KEY (shipment_id, variant_id)
);

-- What all refunds of a payment together have asked for; one that was refused gives its part back.
ALTER TABLE orders.payment
    ADD COLUMN refund_asked_minor bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT payment_refund_asked CHECK (refund_asked_minor BETWEEN 0 AND captured_minor);

CREATE TABLE orders.return_request (
    id              uuid        PRIMARY KEY,
    order_id        uuid        NOT NULL REFERENCES orders.sales_order (id),
    state           text        NOT NULL CHECK (state IN (
        'requested', 'approved', 'rejected', 'received', 'refunded')),
    reason          text        NOT NULL,
    decision_reason text,
    -- What goes back to the customer; known when the pieces are here.
    amount_minor    bigint      CHECK (amount_minor >= 0),
    -- When the catalog had the pieces on the shelf again.
    restocked_at    timestamptz,
    requested_at    timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CHECK ((amount_minor IS NOT NULL) = (state IN ('received', 'refunded'))),
    CHECK (state <> 'refunded' OR restocked_at IS NOT NULL)
);
CREATE INDEX return_request_of_order ON orders.return_request (order_id, id);

CREATE TABLE orders.return_line (
    return_id  uuid    NOT NULL REFERENCES orders.return_request (id),
    variant_id uuid    NOT NULL,
    qty        integer NOT NULL CHECK (qty >= 1),
    PRIMARY KEY (return_id, variant_id)
);

-- Money that goes back after an order was placed, wholly or in part.
CREATE TABLE orders.refund (
    id           uuid        PRIMARY KEY,
    order_id     uuid        NOT NULL,
    attempt      smallint    NOT NULL,
    intent_id    uuid        NOT NULL,
    amount_minor bigint      NOT NULL CHECK (amount_minor >= 1),
    reason       text        NOT NULL,
    state        text        NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'done', 'refused')),
    return_id    uuid        UNIQUE REFERENCES orders.return_request (id),
    created_at   timestamptz NOT NULL DEFAULT now(),
    settled_at   timestamptz,
    FOREIGN KEY (order_id, attempt) REFERENCES orders.payment (order_id, attempt),
    CHECK ((settled_at IS NULL) = (state = 'requested'))
);
CREATE INDEX refund_of_order ON orders.refund (order_id, id);

-- One more thing that is repeated until done.
ALTER TABLE orders.follow_up DROP CONSTRAINT follow_up_kind_check;
ALTER TABLE orders.follow_up ADD CONSTRAINT follow_up_kind_check CHECK (kind IN (
    'release', 'restock', 'void', 'void_or_refund', 'capture', 'close_cart', 'settle_returns'));
