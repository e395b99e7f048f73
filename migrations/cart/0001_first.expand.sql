-- Carts of signed-in customers. Guests' carts live in Redis.

CREATE TABLE cart.cart (
    id            uuid        PRIMARY KEY,
    owner         text        NOT NULL CHECK (owner LIKE 'user:%'),
    currency      text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- The ETag; grows with each change of quantities or code.
    version       bigint      NOT NULL DEFAULT 1 CHECK (version >= 1),
    state         text        NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    discount_code text        CHECK (discount_code ~ '^[A-Z0-9][A-Z0-9-]{1,30}[A-Z0-9]$'),
    order_id      uuid,
    order_number  text,
    -- The open cart that took the lines which were added after the order.
    moved_to      uuid        REFERENCES cart.cart (id),
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    closed_at     timestamptz,
    CHECK (num_nonnulls(order_id, order_number, closed_at) = CASE state WHEN 'closed' THEN 3 ELSE 0 END),
    CHECK (moved_to IS NULL OR state = 'closed')
);
CREATE UNIQUE INDEX cart_one_open ON cart.cart (owner) WHERE state = 'open';

-- Whoever changes lines holds the lock of the cart's row.
CREATE TABLE cart.line (
    cart_id    uuid    NOT NULL REFERENCES cart.cart (id) ON DELETE CASCADE,
    variant_id uuid    NOT NULL,
    qty        integer NOT NULL CHECK (qty >= 1),
    was_minor  bigint  NOT NULL CHECK (was_minor >= 0),
    details    jsonb   NOT NULL,
    place      bigint  NOT NULL GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (cart_id, variant_id)
);
COMMENT ON COLUMN cart.line.was_minor IS 'price of one piece that the customer last agreed to, in minor units of the cart''s currency';
COMMENT ON COLUMN cart.line.details IS 'what the variant looked like then; shown while the catalog cannot be asked';
COMMENT ON COLUMN cart.line.place IS 'order in which lines were made';

-- Guests' carts that were taken over. The primary key is what makes a merge happen once.
CREATE TABLE cart.merged (
    guest_cart_id uuid        PRIMARY KEY,
    guest_owner   text        NOT NULL,
    owner         text        NOT NULL,
    cart_id       uuid        NOT NULL REFERENCES cart.cart (id),
    -- What the guest's cart held and how much of it was taken: [{variant_id, title, qty, taken}].
    lines         jsonb       NOT NULL,
    merged_at     timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE cart.idempotency_key (
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
CREATE INDEX idempotency_key_lease ON cart.idempotency_key (lease_until)
    WHERE state = 'running';
CREATE INDEX idempotency_key_age ON cart.idempotency_key (created_at);
