-- Puts a discount code on the cart, instead of another, or takes it off.
-- ARGV: the code ("" for none).
local code = ARGV[6]
local before = redis.call('HGET', cart, 'discount_code') or ''
if code == '' then
  redis.call('HDEL', cart, 'discount_code')
else
  redis.call('HSET', cart, 'discount_code', code)
end
return finish(code ~= before)
