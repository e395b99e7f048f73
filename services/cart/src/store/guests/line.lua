-- Changes the quantity of one line.
-- ARGV: "add" or "set", variant, quantity, largest quantity of the line, most lines, details of
--   the variant ("" keeps what is stored, and its price), its price in minor units.
local action, variant, details, price = ARGV[6], ARGV[7], ARGV[11], ARGV[12]
local quantity, max_quantity, max_lines = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])

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
  redis.call('HSET', cart, 'place:' .. variant, redis.call('HINCRBY', cart, 'places', 1))
end

if after == 0 then
  redis.call('HDEL', cart, line, 'place:' .. variant, 'was:' .. variant, 'details:' .. variant)
else
  redis.call('HSET', cart, line, after)
  if details ~= '' then
    redis.call('HSET', cart, 'details:' .. variant, details, 'was:' .. variant, price)
  end
end
return finish(after ~= before)
