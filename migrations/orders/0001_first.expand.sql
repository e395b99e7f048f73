-- Orders: checkouts, orders with their lines, history and payments, and what has to follow in
-- other services.

-- Tax by country: a percentage or a flat amount. The row without a country is for all others;
-- where no row fits there is no tax.
CREATE TABLE orders.tax_rule (
    id           smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    country      text    CHECK (country ~ '^[A-Z]{2}$'),
    basis_points integer CHECK (basis_points BETWEEN 0 AND 10000),
    flat_minor   bigint  CHECK (flat_minor >= 0),
    UNIQUE NULLS NOT DISTINCT (country),
    CHECK (num_nonnulls(basis_points, flat_minor) = 1)
);
COMMENT ON COLUMN orders.tax_rule.basis_points IS 'hundredths of a percent of the goods after discount';
COMMENT ON COLUMN orders.tax_rule.flat_minor IS 'minor units of the shop''s currency for each order';

-- Standard rates of value added tax in the European Union.
INSERT INTO orders.tax_rule (country, basis_points) VALUES
    ('AT', 2000), ('BE', 2100), ('BG', 2000), ('CY', 1900), ('CZ', 2100), ('DE', 1900),
    ('DK', 2500), ('EE', 2400), ('ES', 2100), ('FI', 2550), ('FR', 2000), ('GR', 2400),
    ('HR', 2500), ('HU', 2700), ('IE', 2300), ('IT', 2200), ('LT', 2100), ('LU', 1700),
    ('LV', 2100), ('MT', 1800), ('NL', 2100), ('PL', 2300), ('PT', 2300), ('RO', 2100),
    ('SE', 2500), ('SI', 2200), ('SK', 2300);

CREATE TABLE orders.checkout (
    id                     uuid        PRIMARY KEY,
    owner                  text        NOT NULL,
    cart_id                uuid        NOT NULL,
    cart_version           bigint      NOT NULL,
    state                  text        NOT NULL CHECK (state IN (
        'open', 'awaiting_payment', 'payment_ready', 'processing',
        'completed', 'rejected', 'cancelled', 'expired')),
    email                  text,
    address                jsonb,
    rate                   text,
    currency               text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    lines                  jsonb       NOT NULL,
    totals                 jsonb       NOT NULL,
    expires_at             timestamptz NOT NULL,
    reservation_expires_at timestamptz,
    -- The reservation has been prolonged, which is possible once.
    extended               boolean     NOT NULL DEFAULT false,
    payment_state          text        NOT NULL DEFAULT 'none' CHECK (payment_state IN (
        'none', 'ready', 'declined', 'authorized', 'unknown')),
    payment_reason         text,
    declines               smallint    NOT NULL DEFAULT 0 CHECK (declines >= 0),
    card_token             text,
    card_brand             text,
    card_last4             text,
    -- The checkout that took over when address, delivery or cart changed after stock was reserved.
    replaced_by            uuid        REFERENCES orders.checkout (id) DEFERRABLE INITIALLY DEFERRED,
    created_at             timestamptz NOT NULL DEFAULT now(),
    updated_at             timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX checkout_one_per_cart ON orders.checkout (cart_id)
    WHERE state IN ('open', 'awaiting_payment', 'payment_ready', 'processing');
CREATE INDEX checkout_latest_of_cart ON orders.checkout (cart_id, created_at DESC);
CREATE INDEX checkout_expiry ON orders.checkout (expires_at) WHERE state = 'open';

-- The same id as its checkout; prices, titles and address are copies that never change.
CREATE TABLE orders.sales_order (
    id                     uuid        PRIMARY KEY REFERENCES orders.checkout (id),
    number                 text        UNIQUE CHECK (number ~ '^LM-[0-9A-HJKMNP-TV-Z]{6}$'),
    owner                  text        NOT NULL,
    cart_id                uuid        NOT NULL,
    cart_version           bigint      NOT NULL,
    state                  text        NOT NULL CHECK (state IN (
        'created', 'stock_reserved', 'rejected', 'payment_authorized', 'placed',
        'fulfilling', 'shipped', 'delivered', 'completed', 'cancelled')),
    currency               text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    items_minor            bigint      NOT NULL CHECK (items_minor >= 0),
    discount_minor         bigint      NOT NULL CHECK (discount_minor BETWEEN 0 AND items_minor),
    delivery_minor         bigint      NOT NULL CHECK (delivery_minor >= 0),
    tax_minor              bigint      NOT NULL CHECK (tax_minor >= 0),
    total_minor            bigint      NOT NULL,
    email                  text        NOT NULL,
    address                jsonb       NOT NULL,
    rate                   jsonb       NOT NULL,
    reservation_expires_at timestamptz,
    last_seq               integer     NOT NULL DEFAULT 0,
    created_at             timestamptz NOT NULL DEFAULT now(),
    updated_at             timestamptz NOT NULL DEFAULT now(),
    placed_at              timestamptz,
    CHECK (total_minor = items_minor - discount_minor + delivery_minor + tax_minor),
    CHECK ((number IS NULL) = (placed_at IS NULL)),
    CHECK (number IS NOT NULL OR state IN (
        'created', 'stock_reserved', 'rejected', 'payment_authorized', 'cancelled'))
);
CREATE UNIQUE INDEX sales_order_one_per_cart ON orders.sales_order (cart_id)
    WHERE state NOT IN ('rejected', 'cancelled');
CREATE INDEX sales_order_of_owner ON orders.sales_order (owner, id DESC) WHERE placed_at IS NOT NULL;
CREATE INDEX sales_order_unfinished ON orders.sales_order (state, updated_at)
    WHERE state IN ('created', 'stock_reserved', 'payment_authorized');

CREATE TABLE orders.order_line (
    order_id         uuid     NOT NULL REFERENCES orders.sales_order (id),
    position         smallint NOT NULL,
    variant_id       uuid     NOT NULL,
    sku              text     NOT NULL,
    slug             text     NOT NULL,
    title            text     NOT NULL,
    options          jsonb    NOT NULL,
    image            jsonb,
    qty              integer  NOT NULL CHECK (qty >= 1),
    unit_minor       bigint   NOT NULL CHECK (unit_minor >= 0),
    line_total_minor bigint   NOT NULL,
    discount_minor   bigint   NOT NULL CHECK (discount_minor BETWEEN 0 AND line_total_minor),
    tax_minor        bigint   NOT NULL CHECK (tax_minor >= 0),
    PRIMARY KEY (order_id, position),
    UNIQUE (order_id, variant_id),
    CHECK (line_total_minor = unit_minor * qty)
);

-- The history: one row per transition, never changed.
CREATE TABLE orders.order_event (
    order_id   uuid        NOT NULL REFERENCES orders.sales_order (id),
    seq        integer     NOT NULL CHECK (seq >= 1),
    at         timestamptz NOT NULL,
    from_state text,
    to_state   text        NOT NULL,
    trigger    text        NOT NULL,
    actor      text        NOT NULL,
    reason     text,
    trace_id   text        NOT NULL,
    PRIMARY KEY (order_id, seq)
);

CREATE FUNCTION orders.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER order_event_append_only BEFORE UPDATE OR DELETE ON orders.order_event
    FOR EACH ROW EXECUTE FUNCTION orders.refuse_change();

-- Our side of each attempt to be paid; the provider's ledger is the other.
CREATE TABLE orders.payment (
    order_id       uuid        NOT NULL REFERENCES orders.sales_order (id),
    attempt        smallint    NOT NULL CHECK (attempt >= 1),
    amount_minor   bigint      NOT NULL CHECK (amount_minor >= 0),
    captured_minor bigint      NOT NULL DEFAULT 0 CHECK (captured_minor BETWEEN 0 AND amount_minor),
    refunded_minor bigint      NOT NULL DEFAULT 0 CHECK (refunded_minor BETWEEN 0 AND captured_minor),
    card_token     text        NOT NULL,
    state          text        NOT NULL CHECK (state IN (
        'requested', 'unknown', 'authorized', 'declined', 'abandoned', 'voided',
        'captured', 'partially_refunded', 'refunded')),
    intent_id      uuid        UNIQUE,
    decline_reason text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (order_id, attempt)
);
-- One attempt at a time, and one charge per order.
CREATE UNIQUE INDEX payment_one_open ON orders.payment (order_id)
    WHERE state IN ('requested', 'unknown', 'authorized', 'captured', 'partially_refunded', 'refunded');

-- What a transition set in motion in other services, repeated until done.
CREATE TABLE orders.follow_up (
    order_id   uuid        NOT NULL REFERENCES orders.sales_order (id),
    kind       text        NOT NULL CHECK (kind IN (
        'release', 'restock', 'void', 'void_or_refund', 'capture', 'close_cart')),
    state      text        NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done')),
    tries      integer     NOT NULL DEFAULT 0,
    due_at     timestamptz NOT NULL DEFAULT now(),
    last_error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    done_at    timestamptz,
    PRIMARY KEY (order_id, kind)
);
CREATE INDEX follow_up_due ON orders.follow_up (due_at) WHERE state = 'pending';

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

CREATE TABLE orders.outbox (
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
CREATE INDEX outbox_unpublished ON orders.outbox (id) WHERE published_at IS NULL;

CREATE TABLE orders.outbox_sequence (
    aggregate_id uuid   PRIMARY KEY,
    last         bigint NOT NULL CHECK (last >= 1)
);
