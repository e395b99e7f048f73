-- Events that the stream lost and that are published once more.
ALTER TABLE catalog.outbox ADD COLUMN again boolean NOT NULL DEFAULT false;
CREATE INDEX outbox_age ON catalog.outbox (occurred_at);
