-- The bank's question to the holder of a card (3-D Secure), and webhooks of payments.

ALTER TABLE orders.checkout
    ADD COLUMN challenge_id uuid,
    DROP CONSTRAINT checkout_payment_state_check,
    ADD CONSTRAINT checkout_payment_state_check CHECK (payment_state IN (
        'none', 'ready', 'declined', 'authorized', 'unknown', 'challenge', 'challenge_answered'));
CREATE INDEX checkout_challenge_answered ON orders.checkout (updated_at)
    WHERE state = 'processing' AND payment_state = 'challenge_answered';

ALTER TABLE orders.payment
    DROP CONSTRAINT payment_state_check,
    ADD CONSTRAINT payment_state_check CHECK (state IN (
        'requested', 'unknown', 'challenged', 'authorized', 'declined', 'abandoned', 'voided',
        'captured', 'partially_refunded', 'refunded'));
-- An attempt that waits for the bank is open too.
CREATE UNIQUE INDEX payment_one_open_or_challenged ON orders.payment (order_id)
    WHERE state IN ('requested', 'unknown', 'challenged', 'authorized', 'captured',
        'partially_refunded', 'refunded');

-- The webhooks that took effect, so that each does once. Kept longer than payments sends one.
CREATE TABLE orders.payment_webhook (
    event_id    uuid        PRIMARY KEY,
    type        text        NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX payment_webhook_old ON orders.payment_webhook (received_at);
