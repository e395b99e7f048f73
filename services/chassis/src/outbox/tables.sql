CREATE TABLE catalog.outbox (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id     uuid        NOT NULL UNIQUE,
    aggregate_id uuid        NOT NULL,
    sequence     bigint      NOT NULL CHECK (sequence >= 1),
    type         text        NOT NULL,
    version      smallint    NOT NULL,
    payload      jsonb       NOT NULL,
    traceparent  text,
    occurred_at  timestamptz NOT NULL,
    published_at timestamptz,
    UNIQUE (aggregate_id, sequence)
);
CREATE INDEX outbox_unpublished ON catalog.outbox (id) WHERE published_at IS NULL;

CREATE TABLE catalog.outbox_sequence (
    aggregate_id uuid   PRIMARY KEY,
    last         bigint NOT NULL CHECK (last >= 1)
);
