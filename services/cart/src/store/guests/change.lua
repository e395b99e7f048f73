-- How every change of a guest's cart begins and ends. The script of the change follows in the
-- same chunk and ends with `return finish(…)` or `return answer('<why not>')`.
-- KEYS: the cart, the owner's pointer, the stored answer (when there is a key).
-- ARGV: owner, version that the caller has seen ("" for any), seconds to live, fingerprint of the
--   request, seconds that an answer is kept; what the change itself needs comes after these.
-- Answers {outcome, fields of the cart}; only "changed" and "replayed" stand for an effect.
local cart, owner, seen, ttl, fingerprint = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]

if KEYS[3] then
  local stored = redis.call('HMGET', KEYS[3], 'fingerprint', 'answer')
  if stored[1] then
    if stored[1] ~= fingerprint then return {'key_reused', {}} end
    return {'replayed', cmsgpack.unpack(stored[2])}
  end
end

local head = redis.call('HMGET', cart, 'owner', 'state', 'version')
if head[1] ~= owner then return {'missing', {}} end
local function answer(outcome) return {outcome, redis.call('HGETALL', cart)} end
if head[2] ~= 'open' then return answer('closed') end
if seen ~= '' and seen ~= head[3] then return answer('conflict') end

local function finish(changed)
  if changed then redis.call('HINCRBY', cart, 'version', 1) end
  local expires_at = string.format('%d', redis.call('TIME')[1] + ttl)
  redis.call('HSET', cart, 'expires_at', expires_at)
  redis.call('EXPIRE', cart, ttl)
  redis.call('EXPIRE', KEYS[2], ttl)
  local done = answer('changed')
  if KEYS[3] then
    redis.call('HSET', KEYS[3], 'fingerprint', fingerprint, 'answer', cmsgpack.pack(done[2]))
    redis.call('EXPIRE', KEYS[3], ARGV[5])
  end
  return done
end
