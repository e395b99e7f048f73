-- Deletes a cart that was merged into the one of a signed-in customer. One that is closed has
-- become an order meanwhile and stays.
-- ARGV 3: the owner. The pairs are what was merged.
local head = redis.call('HMGET', cart, 'owner', 'state')
if head[1] == ARGV[3] and head[2] == 'open' then
  move_later(head[1])
  redis.call('DEL', cart)
end
return redis.status_reply('OK')
