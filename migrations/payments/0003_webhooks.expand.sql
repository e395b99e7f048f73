-- Webhooks to orders, and the bank's question to the holder of a card (3-D Secure).

ALTER TABLE payments.card_token
    DROP CONSTRAINT card_token_behaviour_check,
    ADD CONSTRAINT card_token_behaviour_check CHECK (behaviour IN (
        'approve', 'decline', 'insufficient_funds', 'timeout_then_success', 'slow',
        'not_available_yet', 'challenge', 'webhook_twice', 'webhook_before_reply'));

-- A question that nobody answered is abandoned, with its token.
ALTER TABLE payments.intent
    ADD COLUMN challenge_id uuid UNIQUE,
    DROP CONSTRAINT intent_outcome_check,
    ADD CONSTRAINT intent_outcome_check CHECK (outcome IN (
        'authorized', 'declined', 'abandoned', 'challenged')),
    DROP CONSTRAINT intent_check,
    ADD CONSTRAINT intent_token_check CHECK (token IS NOT NULL OR outcome = 'abandoned'),
    ADD CONSTRAINT intent_challenge_check CHECK (challenge_id IS NOT NULL OR outcome <> 'challenged');

-- What orders has to be told: written with the movement itself, kept until it was.
CREATE TABLE payments.webhook_delivery (
    event_id     uuid        PRIMARY KEY,
    intent_id    uuid        NOT NULL REFERENCES payments.intent (id),
    type         text        NOT NULL,
    -- Exactly what is signed and sent.
    body         text        NOT NULL,
    -- A test card has its webhooks sent twice.
    copies       smallint    NOT NULL DEFAULT 1 CHECK (copies >= 1),
    tries        integer     NOT NULL DEFAULT 0,
    -- Also the end of the lease of the process that is delivering it.
    due_at       timestamptz NOT NULL DEFAULT now(),
    last_error   text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    delivered_at timestamptz
);
CREATE INDEX webhook_delivery_due ON payments.webhook_delivery (due_at) WHERE delivered_at IS NULL;
CREATE INDEX webhook_delivery_old ON payments.webhook_delivery (delivered_at) WHERE delivered_at IS NOT NULL;
