-- A webhook stays in the trace of the request that it tells about.

ALTER TABLE payments.webhook_delivery ADD COLUMN traceparent text;
COMMENT ON COLUMN payments.webhook_delivery.traceparent IS 'W3C trace context of the request that caused it';
