-- Gives the owner's open cart, or makes one.
-- KEYS: the owner's pointer, the new cart.
-- ARGV: id of the new cart, owner, currency, seconds to live.
-- Answers {"found" or "created", id, fields of the cart}.
local current = redis.call('GET', KEYS[1])
if current then
  local key = string.sub(KEYS[2], 1, -#ARGV[1] - 1) .. current
  if redis.call('HGET', key, 'state') == 'open' then
    return {'found', current, redis.call('HGETALL', key)}
  end
end
local expires_at = string.format('%d', redis.call('TIME')[1] + ARGV[4])
redis.call('HSET', KEYS[2], 'owner', ARGV[2], 'currency', ARGV[3], 'version', 1, 'state', 'open', 'expires_at', expires_at)
redis.call('EXPIRE', KEYS[2], ARGV[4])
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[4])
return {'created', ARGV[1], redis.call('HGETALL', KEYS[2])}
