-- The answer that is stored under an idempotency key.
-- KEYS: the stored answer. ARGV: fingerprint of the request.
-- Answers {outcome, fields of the cart}; "new" when there is none.
local stored = redis.call('HMGET', KEYS[1], 'fingerprint', 'answer')
if not stored[1] then return {'new', {}} end
if stored[1] ~= ARGV[1] then return {'key_reused', {}} end
return {'replayed', cmsgpack.unpack(stored[2])}
