-- Payments: a simulated provider with its own append-only ledger.

-- What stands for a card. The number itself is never stored.
CREATE TABLE payments.card_token (
    token      text        PRIMARY KEY CHECK (token ~ '^tok_[0-9a-f]{32}$'),
    brand      text        NOT NULL,
    last4      text        NOT NULL CHECK (last4 ~ '^[0-9]{4}$'),
    behaviour  text        NOT NULL CHECK (behaviour IN (
        'approve', 'decline', 'insufficient_funds', 'timeout_then_success', 'slow',
        'not_available_yet')),
    created_at timestamptz NOT NULL DEFAULT now()
);

-- One row per order and attempt, whatever the key of the request was.
CREATE TABLE payments.intent (
    id             uuid        PRIMARY KEY,
    order_id       uuid        NOT NULL,
    attempt        smallint    NOT NULL CHECK (attempt >= 1),
    amount_minor   bigint      NOT NULL CHECK (amount_minor >= 1),
    currency       text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- Null when the attempt was abandoned before it arrived.
    token          text        REFERENCES payments.card_token (token),
    outcome        text        NOT NULL CHECK (outcome IN ('authorized', 'declined', 'abandoned')),
    decline_reason text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    UNIQUE (order_id, attempt),
    CHECK ((token IS NULL) = (outcome = 'abandoned')),
    CHECK ((decline_reason IS NOT NULL) = (outcome = 'declined'))
);

-- Every movement of money; the state of an intent is computed from it.
CREATE TABLE payments.ledger_entry (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    intent_id    uuid        NOT NULL REFERENCES payments.intent (id),
    kind         text        NOT NULL CHECK (kind IN ('authorize', 'capture', 'void', 'refund')),
    amount_minor bigint      NOT NULL CHECK (amount_minor >= 1),
    at           timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ledger_entry_of_intent ON payments.ledger_entry (intent_id);
-- One authorisation, one capture and one void per intent; refunds may be several.
CREATE UNIQUE INDEX ledger_entry_once ON payments.ledger_entry (intent_id, kind) WHERE kind <> 'refund';

CREATE FUNCTION payments.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON payments.ledger_entry
    FOR EACH ROW EXECUTE FUNCTION payments.refuse_change();

CREATE TABLE payments.idempotency_key (
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
CREATE INDEX idempotency_key_lease ON payments.idempotency_key (lease_until)
    WHERE state = 'running';

CREATE TABLE payments.outbox (
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
CREATE INDEX outbox_unpublished ON payments.outbox (id) WHERE published_at IS NULL;

CREATE TABLE payments.outbox_sequence (
    aggregate_id uuid   PRIMARY KEY,
    last         bigint NOT NULL CHECK (last >= 1)
);
