-- Events leave the outbox: the relay publishes rows, publishes them again when the stream lost
-- them, and removes them after a week.

ALTER TABLE payments.outbox ADD COLUMN again boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN payments.outbox.again IS 'published before, and once more because the stream lost it';
CREATE INDEX outbox_age ON payments.outbox (occurred_at);
