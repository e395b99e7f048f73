-- Closes a cart for an order. What it holds beyond the ordered quantities was added since and
-- moves into a new open cart of the same owner; the discount code stays with what was ordered.
-- KEYS: the cart, the new cart.
-- ARGV: order id, order number, id of the new cart, seconds to live, then pairs of variant and
--   ordered quantity.
-- Answers {outcome, id of the new cart or "", number of the order that closed it}.
local cart, fresh = KEYS[1], KEYS[2]
local head = redis.call('HMGET', cart, 'owner', 'currency', 'state', 'order_id', 'moved_to', 'order_number')
if not head[1] then return {'missing', '', ''} end
if head[3] == 'closed' then
  if head[4] == ARGV[1] then return {'closed', head[5] or '', head[6]} end
  return {'other_order', '', head[6]}
end

local ordered = {}
for index = 5, #ARGV, 2 do ordered[ARGV[index]] = tonumber(ARGV[index + 1]) end

local ttl, moved = ARGV[4], 0
local fields = redis.call('HGETALL', cart)
for index = 1, #fields, 2 do
  if string.sub(fields[index], 1, 4) == 'qty:' then
    local variant = string.sub(fields[index], 5)
    local left = tonumber(fields[index + 1]) - (ordered[variant] or 0)
    if left > 0 then
      moved = moved + 1
      redis.call('HSET', fresh, 'qty:' .. variant, left)
      for _, part in ipairs({'place:', 'was:', 'details:'}) do
        local value = redis.call('HGET', cart, part .. variant)
        if value then redis.call('HSET', fresh, part .. variant, value) end
      end
    end
  end
end

local expires_at = string.format('%d', redis.call('TIME')[1] + ttl)
local pointer = 'cart:owner:' .. head[1]
local moved_to = ''
if moved > 0 then
  moved_to = ARGV[3]
  local places = redis.call('HGET', cart, 'places')
  redis.call('HSET', fresh, 'owner', head[1], 'currency', head[2], 'version', 1, 'state', 'open', 'places', places, 'expires_at', expires_at)
  redis.call('EXPIRE', fresh, ttl)
  redis.call('SET', pointer, moved_to, 'EX', ttl)
elseif redis.call('GET', pointer) == string.match(cart, 'cart:cart:(.+)') then
  redis.call('DEL', pointer)
end
redis.call('HINCRBY', cart, 'version', 1)
redis.call('HSET', cart, 'state', 'closed', 'order_id', ARGV[1], 'order_number', ARGV[2], 'moved_to', moved_to, 'expires_at', expires_at)
redis.call('EXPIRE', cart, ttl)
return {'closed', moved_to, ARGV[2]}
