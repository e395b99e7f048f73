-- Catalog: what is sold, what it looks like, and how much of it there is.

CREATE TABLE catalog.category (
    -- `kitchen` or `kitchen/mugs`: the tree is in the name.
    path     text    PRIMARY KEY CHECK (path ~ '^[a-z0-9-]+(/[a-z0-9-]+)*$'),
    parent   text    REFERENCES catalog.category (path),
    title    text    NOT NULL CHECK (title <> ''),
    position integer NOT NULL,
    CHECK (parent IS NOT DISTINCT FROM nullif(regexp_replace(path, '(/|^)[^/]+$', ''), ''))
);

-- Pictures by the hash of their bytes, so an address never changes its content.
CREATE TABLE catalog.asset (
    sha256     text        PRIMARY KEY,
    media_type text        NOT NULL CHECK (media_type IN ('image/svg+xml', 'image/png', 'image/jpeg', 'image/webp')),
    bytes      bytea       NOT NULL CHECK (octet_length(bytes) BETWEEN 1 AND 2097152),
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (sha256 = encode(sha256(bytes), 'hex'))
);

CREATE TABLE catalog.product (
    id               uuid        PRIMARY KEY,
    slug             text        NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    title            text        NOT NULL CHECK (title <> ''),
    -- Paragraphs with an empty line between them.
    description      text        NOT NULL,
    -- [{"name": …, "value": …}] in the order of display.
    specs            jsonb       NOT NULL DEFAULT '[]',
    -- [{"name": …, "values": […]}] in the order of display.
    options          jsonb       NOT NULL DEFAULT '[]',
    -- The category that a product is shown under.
    category         text        NOT NULL REFERENCES catalog.category (path),
    status           text        NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'active', 'archived')),
    published_at     timestamptz NOT NULL DEFAULT now(),
    -- Of the cheapest variant on sale, kept by a trigger so that lists can be sorted; null when
    -- there is none.
    price_minor      bigint,
    compare_at_minor bigint,
    currency         text        CHECK (currency ~ '^[A-Z]{3}$'),
    sort_title       text        NOT NULL GENERATED ALWAYS AS (lower(title)) STORED,
    search           tsvector    NOT NULL GENERATED ALWAYS AS (
        setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', description), 'B')
    ) STORED,
    version          integer     NOT NULL DEFAULT 1
);
CREATE INDEX product_search ON catalog.product USING gin (search);
CREATE INDEX product_newest ON catalog.product (published_at DESC, id DESC) WHERE status = 'active' AND price_minor IS NOT NULL;
CREATE INDEX product_price ON catalog.product (price_minor, id) WHERE status = 'active' AND price_minor IS NOT NULL;
CREATE INDEX product_title ON catalog.product (sort_title, id) WHERE status = 'active' AND price_minor IS NOT NULL;

-- All categories of a product, the one it is shown under among them.
CREATE TABLE catalog.product_category (
    product_id uuid NOT NULL REFERENCES catalog.product (id),
    category   text NOT NULL REFERENCES catalog.category (path),
    PRIMARY KEY (product_id, category)
);
CREATE INDEX product_category_category ON catalog.product_category (category, product_id);

CREATE TABLE catalog.product_image (
    product_id uuid    NOT NULL REFERENCES catalog.product (id),
    position   integer NOT NULL,
    sha256     text    NOT NULL REFERENCES catalog.asset (sha256),
    alt        text    NOT NULL CHECK (alt <> ''),
    PRIMARY KEY (product_id, position)
);

CREATE TABLE catalog.variant (
    id               uuid    PRIMARY KEY,
    product_id       uuid    NOT NULL REFERENCES catalog.product (id),
    sku              text    NOT NULL UNIQUE CHECK (sku ~ '^[A-Z0-9]+(-[A-Z0-9]+)*$'),
    position         integer NOT NULL,
    -- {"Colour": "Forest"}: one value for each option of the product.
    options          jsonb   NOT NULL DEFAULT '{}',
    price_minor      bigint  NOT NULL CHECK (price_minor >= 1),
    compare_at_minor bigint  CHECK (compare_at_minor > price_minor),
    currency         text    NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    weight_grams     integer NOT NULL CHECK (weight_grams >= 0),
    max_qty          integer NOT NULL DEFAULT 10 CHECK (max_qty BETWEEN 1 AND 99),
    active           boolean NOT NULL DEFAULT true,
    image_sha256     text    REFERENCES catalog.asset (sha256),
    image_alt        text,
    version          integer NOT NULL DEFAULT 1,
    UNIQUE (product_id, options),
    UNIQUE (product_id, position),
    CHECK ((image_sha256 IS NULL) = (image_alt IS NULL))
);

CREATE TABLE catalog.price_history (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    variant_id       uuid        NOT NULL REFERENCES catalog.variant (id),
    price_minor      bigint      NOT NULL,
    compare_at_minor bigint,
    currency         text        NOT NULL,
    valid_from       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX price_history_variant ON catalog.price_history (variant_id, valid_from);

CREATE FUNCTION catalog.variant_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT'
        OR (OLD.price_minor, OLD.compare_at_minor, OLD.currency)
            IS DISTINCT FROM (NEW.price_minor, NEW.compare_at_minor, NEW.currency)
    THEN
        INSERT INTO catalog.price_history (variant_id, price_minor, compare_at_minor, currency)
        VALUES (NEW.id, NEW.price_minor, NEW.compare_at_minor, NEW.currency);
    END IF;
    UPDATE catalog.product AS p
    SET (price_minor, compare_at_minor, currency) = (
        SELECT v.price_minor, v.compare_at_minor, v.currency
        FROM catalog.variant AS v
        WHERE v.product_id = p.id AND v.active
        ORDER BY v.price_minor, v.position
        LIMIT 1)
    WHERE p.id = NEW.product_id;
    RETURN NULL;
END $$;
CREATE TRIGGER variant_changed AFTER INSERT OR UPDATE ON catalog.variant
    FOR EACH ROW EXECUTE FUNCTION catalog.variant_changed();

-- Pieces on the shelf, and how many of them are promised. What can be had is the difference.
CREATE TABLE catalog.stock_level (
    variant_id uuid    PRIMARY KEY REFERENCES catalog.variant (id),
    on_hand    integer NOT NULL,
    reserved   integer NOT NULL DEFAULT 0,
    CONSTRAINT stock_level_bounds CHECK (0 <= reserved AND reserved <= on_hand)
);

-- A promise to an order. Final states: released, expired.
CREATE TABLE catalog.reservation (
    order_id   uuid        PRIMARY KEY,
    state      text        NOT NULL CHECK (state IN ('held', 'committed', 'released', 'expired')),
    -- Null for an order that was released before it reserved.
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CHECK (state = 'released' OR expires_at IS NOT NULL)
);
CREATE INDEX reservation_expiry ON catalog.reservation (expires_at) WHERE state = 'held';

CREATE TABLE catalog.reservation_line (
    order_id   uuid    NOT NULL REFERENCES catalog.reservation (order_id),
    variant_id uuid    NOT NULL REFERENCES catalog.variant (id),
    qty        integer NOT NULL CHECK (qty >= 1),
    PRIMARY KEY (order_id, variant_id)
);
CREATE INDEX reservation_line_variant ON catalog.reservation_line (variant_id);

-- Every change of `on_hand`; their sum is `on_hand`.
CREATE TABLE catalog.stock_ledger (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    variant_id uuid        NOT NULL REFERENCES catalog.variant (id),
    kind       text        NOT NULL CHECK (kind IN ('receive', 'sell', 'return', 'adjust')),
    qty        integer     NOT NULL CHECK (qty <> 0),
    order_id   uuid,
    reason     text        NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    CHECK (CASE kind WHEN 'receive' THEN qty > 0 WHEN 'return' THEN qty > 0 WHEN 'sell' THEN qty < 0 ELSE true END),
    CHECK ((order_id IS NOT NULL) = (kind IN ('sell', 'return')))
);
CREATE INDEX stock_ledger_variant ON catalog.stock_ledger (variant_id, id);
-- An order sells and returns a variant at most once.
CREATE UNIQUE INDEX stock_ledger_once ON catalog.stock_ledger (order_id, variant_id, kind) WHERE order_id IS NOT NULL;

CREATE FUNCTION catalog.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER stock_ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON catalog.stock_ledger
    FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_change();
CREATE TRIGGER price_history_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON catalog.price_history
    FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_change();

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
