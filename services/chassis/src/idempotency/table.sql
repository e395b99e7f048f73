CREATE TABLE orders.idempotency_key (
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
CREATE INDEX idempotency_key_lease ON orders.idempotency_key (lease_until)
    WHERE state = 'running';
