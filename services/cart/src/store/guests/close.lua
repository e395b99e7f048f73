-- Closes a cart for an order; its discount code stays with what was ordered.
-- ARGV 3 and 4: order id, order number. The pairs are what was ordered.
-- Answers {outcome, id of the new cart or "", number of the order that closed it}.
local head = redis.call('HMGET', cart, 'owner', 'state', 'order_id', 'moved_to', 'order_number')
if not head[1] then return {'missing', '', ''} end
if head[2] == 'closed' then
  if head[3] == ARGV[3] then return {'closed', head[4] or '', head[5]} end
  return {'other_order', '', head[5]}
end

local moved_to = move_later(head[1])
redis.call('HINCRBY', cart, 'version', 1)
redis.call('HSET', cart, 'state', 'closed', 'order_id', ARGV[3], 'order_number', ARGV[4],
  'moved_to', moved_to, 'expires_at', expires_at)
redis.call('EXPIRE', cart, ttl)
return {'closed', moved_to, ARGV[4]}
