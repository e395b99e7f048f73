-- Events leave the outbox: the relay publishes rows, publishes them again when the stream lost
-- them, and removes them after a week.

ALTER TABLE catalog.outbox ADD COLUMN again boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN catalog.outbox.again IS 'published before, and once more because the stream lost it';
CREATE INDEX outbox_age ON catalog.outbox (occurred_at);

-- Events of other services that had their effect here: a repeat finds its row and does nothing.
CREATE TABLE catalog.inbox (
    consumer    text        NOT NULL,
    event_id    uuid        NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, event_id)
);
CREATE INDEX inbox_age ON catalog.inbox (received_at);

-- Pieces that customers have bought, counted from `order.placed`; what is popular comes first.
ALTER TABLE catalog.product ADD COLUMN sold bigint NOT NULL DEFAULT 0 CHECK (sold >= 0);
CREATE INDEX product_popular ON catalog.product (sold DESC, id DESC) WHERE status = 'active' AND price_minor IS NOT NULL;

-- Requests that may be repeated, for administrators' changes of stock.
CREATE TABLE catalog.idempotency_key (
    owner           text        NOT NULL,
    route           text        NOT NULL,
    key             text        NOT NULL,
    request_hash    bytea       NOT NULL,
    request         jsonb       NOT NULL,
    state           text        NOT NULL CHECK (state IN ('running', 'done')),
    recovery_point  text,
    lease           integer     NOT NULL DEFAULT 1,
    lease_until     timestamptz,
    response_status smallint,
    response_body   jsonb,
    traceparent     text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (owner, route, key),
    CHECK ((state = 'done') = (response_status IS NOT NULL AND response_body IS NOT NULL))
);
CREATE INDEX idempotency_key_lease ON catalog.idempotency_key (lease_until)
    WHERE state = 'running';
