-- The verbs of core's budget/book.ts; each runs alone. ARGV from 3 on: the verb, and what it needs.

local function load_place(key)
  local text = redis.call('HGET', places_key, key)
  if not text then return nil end
  local n = read(text)
  local held = { share = n[1], is_started = n[2] == 1 }
  held.cost, held.place, held.estimate = { n[3], n[4], n[5] }, { n[6], n[7], n[8] }, { n[9], n[10], n[11] }
  held.is_promised = n[12] == 1
  return held
end

local function save_place(key, held, expires_at)
  local c, p, e = held.cost, held.place, held.estimate
  local flags = { is_started = held.is_started and 1 or 0, is_promised = held.is_promised and 1 or 0 }
  local n = { held.share, flags.is_started, c[1], c[2], c[3], p[1], p[2], p[3], e[1], e[2], e[3], flags.is_promised }
  redis.call('HSET', places_key, key, write(n))
  redis.call('ZADD', expiries_key, string.format('%.17g', expires_at), key)
end

local function forget_place(key)
  redis.call('HDEL', places_key, key)
  redis.call('ZREM', expiries_key, key)
end

-- The pool as it is now, after the places that nobody came for were given back.
local function bring()
  local pool, is_remembered = load_pool()
  if not is_remembered then redis.call('DEL', places_key, expiries_key) end
  for _, key in ipairs(redis.call('ZRANGEBYSCORE', expiries_key, '-inf', string.format('%.17g', now))) do
    local held = load_place(key)
    forget_place(key)
    if held and not held.is_started then credit(pool, held.share, held.cost) end
  end
  return pool
end

-- Ends a reservation; what it did not use goes back. Without use it is all spent.
local function finish(key, used)
  local pool, held = bring(), load_place(key)
  forget_place(key)
  if held and used then
    local c = held.cost
    credit(pool, held.share, { c[1] - used[1], c[2] - used[2], c[3] - used[3] })
    if used[1] > 0 then learn(pool, used, held.estimate) end
  end
  save_pool(pool)
end

-- Long waits are told by halves, and by eighths as long as the server's limits are not known.
local function told(wait, pool, is_new)
  if wait == 0 then return 0 end
  local is_sure = is_named(pool)
  local paused_ms = math.max(0, pool.paused_until - now)
  local queue_ms = wait - paused_ms
  if queue_ms > (is_sure and given.whole_wait_ms or given.unsure_wait_ms) then
    return math.ceil(paused_ms + queue_ms / (is_sure and 2 or 8))
  end
  return is_new and wait or math.max(given.wait_again_ms, wait)
end

-- Starts a call whose turn it is and whose start the bucket has, at what it costs by now; answers how long it waits,
-- and whether it is promised one of the next starts just now.
local function take_turn(pool, held)
  local in_line = wait_ms(pool, held.share, held.place)
  if in_line > 0 then return in_line, false end
  local cost = corrected(pool, held.estimate)
  local start_ms = starts_in(pool, held.share, cost, held.is_promised)
  local wait, was_promised = math.floor(start_ms + 0.001), held.is_promised
  if wait > 0 then
    if not was_promised then pool.promised_until[held.share] = now + start_ms end
    held.is_promised = true
    return wait, not was_promised
  end
  local c = held.cost
  credit(pool, held.share, { c[1] - cost[1], c[2] - cost[2], c[3] - cost[3] })
  draw_start(pool, held.share, cost)
  held.cost, held.is_started = cost, true
  return 0, false
end

local verbs = {}

function verbs.reserve(key, share, input_tokens, output_tokens)
  local pool, held = bring(), load_place(key)
  local is_new = not held or held.is_started
  if is_new then
    held = { share = tonumber(share), estimate = { 1, tonumber(input_tokens), tonumber(output_tokens) } }
    held.cost = corrected(pool, held.estimate)
    held.place = debit(pool, held.share, held.cost)
  end
  local turn, is_news = take_turn(pool, held)
  local wait = told(turn, pool, is_new or is_news)
  save_place(key, held, now + (wait > 0 and wait + given.late_ms or given.unsettled_ms))
  save_pool(pool)
  return wait
end

function verbs.settle(key, input_tokens, output_tokens)
  finish(key, input_tokens and { 1, tonumber(input_tokens), tonumber(output_tokens) })
end

function verbs.give_back(key)
  finish(key, { 0, 0, 0 })
end

function verbs.pause(for_ms)
  local pool = bring()
  hold_to(pool, { 0, 0, 0, 0, 0, 0, 0, 0, 0 })
  if pool.paused_until <= now then pool.paused_from = now end
  pool.paused_until = math.max(pool.paused_until, pool.paused_from + tonumber(for_ms))
  save_pool(pool)
end

function verbs.shrink()
  local pool = bring()
  if now - pool.shrunk_at >= given.shrink_once_ms then
    pool.factor = math.max(given.lowest_pace, pace_at(pool, now) * given.shrink_factor)
    pool.held_until = math.max(now, pool.paused_until) + given.shrink_hold_ms
    pool.shrunk_at = now
    hold_to(pool, depths_of(pool))
  end
  save_pool(pool)
end

-- Three limits, 0 where the server named none, and three remainders, -1 where it named none.
function verbs.correct(...)
  local pool, said, left = bring(), { ... }, {}
  for s = 1, 3 do
    for d = 1, 3 do
      local remaining = tonumber(said[3 + d])
      left[at(s, d)] = remaining < 0 and math.huge or remaining * given.burst_shares[s]
    end
  end
  hold_to(pool, left)
  for d = 1, 3 do
    if tonumber(said[d]) > 0 then pool.told[d] = tonumber(said[d]) end
  end
  hold_to(pool, depths_of(pool))
  save_pool(pool)
end

-- Three limits, pace, pause, nine levels, nine depths, number of reservations.
function verbs.read()
  local pool = load_pool()
  local limits, depths = limits_of(pool), depths_of(pool)
  local reading = { limits[1], limits[2], limits[3], pace_at(pool, now), math.max(0, pool.paused_until - now) }
  for i = 1, 9 do
    reading[5 + i] = pool.front[i] - pool.back[i]
    reading[14 + i] = depths[i]
  end
  reading[24] = redis.call('HLEN', places_key)
  return write(reading)
end

return verbs[ARGV[3]](unpack(ARGV, 4))
