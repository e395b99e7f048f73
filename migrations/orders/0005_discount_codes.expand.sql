-- Discount codes, and which orders use them.

CREATE TABLE orders.coupon (
    code            text        PRIMARY KEY CHECK (code ~ '^[A-Z0-9][A-Z0-9-]{1,30}[A-Z0-9]$'),
    title           text        NOT NULL CHECK (length(title) BETWEEN 1 AND 100),
    kind            text        NOT NULL CHECK (kind IN ('percent', 'fixed', 'free_shipping')),
    basis_points    integer     CHECK (basis_points BETWEEN 1 AND 10000),
    amount_minor    bigint      CHECK (amount_minor >= 1),
    starts_at       timestamptz,
    ends_at         timestamptz,
    min_items_minor bigint      CHECK (min_items_minor >= 1),
    max_uses        integer     CHECK (max_uses >= 1),
    -- Redemptions that are held or redeemed. The bounds hold whoever races whom; without a
    -- maximum only the lower one counts.
    used            integer     NOT NULL DEFAULT 0,
    active          boolean     NOT NULL DEFAULT true,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT coupon_used CHECK (used BETWEEN 0 AND max_uses),
    CHECK ((basis_points IS NOT NULL) = (kind = 'percent')),
    CHECK ((amount_minor IS NOT NULL) = (kind = 'fixed')),
    CHECK (starts_at < ends_at)
);
COMMENT ON COLUMN orders.coupon.basis_points IS 'hundredths of a percent of the goods';
COMMENT ON COLUMN orders.coupon.amount_minor IS 'minor units of the shop''s currency';
COMMENT ON COLUMN orders.coupon.min_items_minor IS 'least worth of the goods before discount';

-- An order's use of a code: held from its creation on, redeemed once it is placed, returned when it
-- is rejected or cancelled.
CREATE TABLE orders.redemption (
    code       text        NOT NULL REFERENCES orders.coupon (code),
    order_id   uuid        NOT NULL REFERENCES orders.sales_order (id),
    state      text        NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'redeemed', 'returned')),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (order_id, code)
);
CREATE INDEX redemption_of_coupon ON orders.redemption (code) WHERE state <> 'returned';

-- What the quote said of the cart's code; absent without a code.
ALTER TABLE orders.checkout ADD COLUMN discount_code jsonb;

-- The code that counts, as it was when the order was made.
ALTER TABLE orders.sales_order
    ADD COLUMN discount_code  text,
    ADD COLUMN discount_title text,
    ADD CONSTRAINT sales_order_discount_code CHECK ((discount_code IS NULL) = (discount_title IS NULL));
