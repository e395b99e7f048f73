-- Changes the quantity of one line, and stores the answer under the idempotency key with it.
-- KEYS: the cart, the owner's pointer, the stored answer (when there is a key).
-- ARGV: owner, "add" or "set", variant, quantity, largest quantity of the line, most lines,
--   details of the variant ("" keeps what is stored), its price in minor units, version that the
--   caller has seen ("" for any), seconds to live, fingerprint of the request, seconds that an
--   answer is kept.
-- Answers {outcome, fields of the cart}; only "changed" and "replayed" stand for an effect.
local owner, action, variant = ARGV[1], ARGV[2], ARGV[3]
local quantity, max_quantity, max_lines = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local details, price, seen, ttl = ARGV[7], ARGV[8], ARGV[9], ARGV[10]

if KEYS[3] then
  local stored = redis.call('HMGET', KEYS[3], 'fingerprint', 'answer')
  if stored[1] then
    if stored[1] ~= ARGV[11] then return {'key_reused', {}} end
    return {'replayed', cmsgpack.unpack(stored[2])}
  end
end

local cart = KEYS[1]
local head = redis.call('HMGET', cart, 'owner', 'state', 'version')
if head[1] ~= owner then return {'missing', {}} end
local function answer(outcome) return {outcome, redis.call('HGETALL', cart)} end
if head[2] ~= 'open' then return answer('closed') end
if seen ~= '' and seen ~= head[3] then return answer('conflict') end

local line = 'qty:' .. variant
local before = tonumber(redis.call('HGET', cart, line) or '0')
local after = quantity
if action == 'add' then after = before + quantity end
if action == 'set' and before == 0 and after > 0 then return answer('no_line') end
if after > max_quantity and after > before then return answer('too_many') end

if before == 0 and after > 0 then
  local lines = 0
  for _, field in ipairs(redis.call('HKEYS', cart)) do
    if string.sub(field, 1, 4) == 'qty:' then lines = lines + 1 end
  end
  if lines >= max_lines then return answer('too_many_lines') end
  local place = redis.call('HINCRBY', cart, 'places', 1)
  redis.call('HSET', cart, 'place:' .. variant, place, 'was:' .. variant, price)
end

if after == 0 then
  redis.call('HDEL', cart, line, 'place:' .. variant, 'was:' .. variant, 'details:' .. variant)
else
  redis.call('HSET', cart, line, after)
  if details ~= '' then redis.call('HSET', cart, 'details:' .. variant, details) end
end
if after ~= before then redis.call('HINCRBY', cart, 'version', 1) end
redis.call('EXPIRE', cart, ttl)
redis.call('EXPIRE', KEYS[2], ttl)

local changed = answer('changed')
if KEYS[3] then
  redis.call('HSET', KEYS[3], 'fingerprint', ARGV[11], 'answer', cmsgpack.pack(changed[2]))
  redis.call('EXPIRE', KEYS[3], ARGV[12])
end
return changed
