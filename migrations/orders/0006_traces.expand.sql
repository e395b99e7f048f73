-- A follow-up stays in the trace of the request that set it in motion.

ALTER TABLE orders.follow_up ADD COLUMN traceparent text;
COMMENT ON COLUMN orders.follow_up.traceparent IS 'W3C trace context of the request that set it in motion last';
