-- How a guest's cart ends: what it holds beyond the given quantities was added since and moves
-- into a new open cart of the same owner, without a discount code. The script of the end follows
-- in the same chunk.
-- KEYS: the cart, the new cart.
-- ARGV: id of the new cart, seconds to live, two for the script that follows, then pairs of
--   variant and quantity.
local cart, fresh, ttl = KEYS[1], KEYS[2], ARGV[2]
-- Keys of carts are this and an id; `cart:owner:` stands beside `cart:cart:`.
local carts = string.sub(fresh, 1, -#ARGV[1] - 1)
local expires_at = string.format('%d', redis.call('TIME')[1] + ttl)

-- Gives the id of the new cart, or "" when there was nothing to move.
local function move_later(owner)
  local given = {}
  for index = 5, #ARGV, 2 do given[ARGV[index]] = tonumber(ARGV[index + 1]) end
  local moved, pointer = 0, string.gsub(carts, 'cart:$', 'owner:') .. owner
  local fields = redis.call('HGETALL', cart)
  for index = 1, #fields, 2 do
    if string.sub(fields[index], 1, 4) == 'qty:' then
      local variant = string.sub(fields[index], 5)
      local left = tonumber(fields[index + 1]) - (given[variant] or 0)
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
  if moved > 0 then
    local kept = redis.call('HMGET', cart, 'currency', 'places')
    redis.call('HSET', fresh, 'owner', owner, 'currency', kept[1], 'version', 1, 'state', 'open',
      'places', kept[2], 'expires_at', expires_at)
    redis.call('EXPIRE', fresh, ttl)
    redis.call('SET', pointer, ARGV[1], 'EX', ttl)
    return ARGV[1]
  end
  if redis.call('GET', pointer) == string.sub(cart, #carts + 1) then
    redis.call('DEL', pointer)
  end
  return ''
end
