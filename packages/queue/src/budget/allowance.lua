-- The arithmetic of core's budget/allowance.ts and pace.ts, with the same operations in the same order: one conformance
-- suite holds them together. ARGV: rules and limits as JSON, then the time, empty for this server's own clock.
local given = cjson.decode(ARGV[1])
local now = tonumber(ARGV[2])
if now == nil then
  local time = redis.call('TIME')
  now = time[1] * 1000 + time[2] / 1000
end
local pool_key, places_key, expiries_key = KEYS[1], KEYS[2], KEYS[3]
local fields = {
  'at', 'paused_from', 'paused_until', 'factor', 'held_until', 'shrunk_at',
  'told', 'drift', 'front', 'back', 'ready', 'promised_until',
}
local numbers = 6 -- So many of them are one number; the others are lists.

-- Numbers as text that reads as the same number again.
local function write(list)
  local texts = {}
  for i, number in ipairs(list) do texts[i] = string.format('%.17g', number) end
  return table.concat(texts, ' ')
end

local function read(text)
  local list = {}
  for word in string.gmatch(text, '%S+') do list[#list + 1] = tonumber(word) end
  return list
end

-- Where a share's amount stands in a list of nine: live, escalation and bulk, each with three dimensions.
local function at(share, dimension) return (share - 1) * 3 + dimension end

local function limits_of(pool)
  local limits = {}
  for d = 1, 3 do
    limits[d] = pool.told[d] > 0 and pool.told[d] or given.limits[d]
    if given.ceilings[d] > 0 then limits[d] = math.min(limits[d], given.ceilings[d]) end
  end
  return limits
end

local function rates_of(pool)
  local rates = limits_of(pool)
  for d = 1, 3 do rates[d] = rates[d] * given.use / 60000 end
  return rates
end

local function pace_at(pool, time)
  return math.min(1, pool.factor + given.growth_per_ms * math.max(0, time - pool.held_until))
end

local function full_at(pool) return pool.held_until + (1 - pool.factor) / given.growth_per_ms end

local function slope(pool, from, till) return (pace_at(pool, from) + pace_at(pool, till)) / 2 * (till - from) end

local function worth(pool, from, till)
  if till <= from then return 0 end
  local grows = math.min(math.max(pool.held_until, from), till)
  local full = math.min(math.max(full_at(pool), from), till)
  return (grows - from) * pace_at(pool, from) + slope(pool, grows, full) + (till - full)
end

local function time_for(pool, need, from)
  if need <= 0 then return 0 end
  local pace = pace_at(pool, from)
  local grows = math.max(from, pool.held_until)
  local full = math.max(grows, full_at(pool))
  local held = (grows - from) * pace
  if need <= held then return need / pace end
  local growing = slope(pool, grows, full)
  if need >= held + growing then return full - from + (need - held - growing) end
  return grows - from + (math.sqrt(pace * pace + 2 * given.growth_per_ms * (need - held)) - pace) / given.growth_per_ms
end

local function depths_of(pool)
  local depths, rates = {}, rates_of(pool)
  for s = 1, 3 do
    local burst_ms = given.burst_ms * given.burst_shares[s] * pace_at(pool, now)
    for d = 1, 3 do depths[at(s, d)] = rates[d] * burst_ms end
    depths[at(s, 1)] = math.max(1, depths[at(s, 1)])
  end
  return depths
end

-- Sums of a list of nine over each share and the more urgent ones.
local function up_to(most)
  local sums = {}
  for s = 1, 3 do
    for d = 1, 3 do sums[at(s, d)] = (s > 1 and sums[at(s - 1, d)] or 0) + most[at(s, d)] end
  end
  return sums
end

local function hold_to(pool, most)
  local at_once = up_to(most)
  for i = 1, 9 do
    pool.front[i] = math.min(pool.front[i], pool.back[i] + most[i])
    pool.ready[i] = math.min(pool.ready[i], at_once[i])
  end
end

local function refill(pool)
  local gained_ms = worth(pool, math.max(pool.at, pool.paused_until), now)
  local rates = rates_of(pool)
  for s = 1, 3 do
    for d = 1, 3 do
      pool.front[at(s, d)] = pool.front[at(s, d)] + rates[d] * gained_ms
      pool.ready[at(s, d)] = pool.ready[at(s, d)] + rates[d] * gained_ms / given.use
    end
  end
  pool.at = now
  hold_to(pool, depths_of(pool))
end

local function credit(pool, share, amount)
  for s = share, 3 do
    for d = 1, 3 do pool.front[at(s, d)] = pool.front[at(s, d)] + amount[d] end
  end
  hold_to(pool, depths_of(pool))
end

local function is_named(pool) return pool.told[1] > 0 end

-- What comes for nothing while a call waits for its turn among the requests.
local function spill(pool, share, cost)
  local spilt, rates = { 0, 0, 0 }, rates_of(pool)
  if not is_named(pool) then return spilt end
  local turn_ms = math.max(0, (pool.back[at(share, 1)] + cost[1] - pool.front[at(share, 1)]) / rates[1])
  for d = 2, 3 do
    local saved = pool.front[at(share, d)] - pool.back[at(share, d)] + rates[d] * turn_ms
    local burst = rates[d] * given.burst_ms * given.burst_shares[share]
    spilt[d] = math.max(0, saved - math.max(burst, cost[d]))
  end
  return spilt
end

-- The estimate as calls of late turned out; drift is three means of use and three of estimates.
local function corrected(pool, estimate)
  local cost = {}
  for d = 1, 3 do
    local used, estimated = pool.drift[d], pool.drift[3 + d]
    local factor = 1
    if estimated > 0 then factor = math.min(given.most_drift, math.max(1 / given.most_drift, used / estimated)) end
    cost[d] = estimate[d] * factor
  end
  return cost
end

local function learn(pool, used, estimate)
  local newest = given.newest_counts
  for d = 1, 3 do
    pool.drift[d] = pool.drift[d] * (1 - newest) + used[d] * newest
    pool.drift[3 + d] = pool.drift[3 + d] * (1 - newest) + estimate[d] * newest
  end
end

-- Answers the place: the back of the share's line afterwards.
local function debit(pool, share, cost)
  local spilt, place = spill(pool, share, cost), {}
  for d = 1, 3 do
    pool.back[at(share, d)] = pool.back[at(share, d)] + spilt[d] + cost[d]
    place[d] = pool.back[at(share, d)]
    for s = share + 1, 3 do pool.front[at(s, d)] = pool.front[at(s, d)] - cost[d] end
  end
  return place
end

local function wait_ms(pool, share, place)
  local rates, missing = rates_of(pool), -math.huge
  for d = 1, 3 do missing = math.max(missing, (place[d] - pool.front[at(share, d)]) / rates[d]) end
  local opens_at = math.max(now, pool.paused_until)
  return math.max(0, math.ceil(opens_at - now + time_for(pool, missing, opens_at) - 0.001))
end

-- What a start takes out of the bucket of its share.
local function drawn_by(pool, share, cost)
  local depths, drawn = up_to(depths_of(pool)), {}
  for d = 1, 3 do drawn[d] = math.min(cost[d], depths[at(share, d)]) end
  return drawn
end

-- How long a place that is due waits for its real start.
local function starts_in(pool, share, cost, is_promised)
  local rates, drawn = rates_of(pool), drawn_by(pool, share, cost)
  local missing, own, promised_until = -math.huge, 0, pool.promised_until[share]
  for d = 1, 3 do
    missing = math.max(missing, (drawn[d] - pool.ready[at(share, d)]) / rates[d] * given.use)
    own = math.max(own, drawn[d] / rates[d] * given.use)
  end
  local lacked_ms = time_for(pool, missing, now)
  if is_promised or promised_until <= now then return lacked_ms end
  return math.max(lacked_ms, promised_until - now + time_for(pool, own, promised_until))
end

local function draw_start(pool, share, cost)
  local drawn = drawn_by(pool, share, cost)
  for s = share, 3 do
    for d = 1, 3 do pool.ready[at(s, d)] = pool.ready[at(s, d)] - drawn[d] end
  end
end

local function start_pool()
  local none = { 0, 0, 0, 0, 0, 0, 0, 0, 0 }
  local pool = { at = now, paused_from = 0, paused_until = 0, factor = given.start_pace, held_until = now, shrunk_at = 0 }
  pool.told, pool.drift = { 0, 0, 0 }, { 0, 0, 0, 0, 0, 0 }
  pool.front, pool.back = depths_of(pool), none
  pool.ready, pool.promised_until = up_to(depths_of(pool)), { 0, 0, 0 }
  return pool
end

-- The pool as it is now; nil as the second answer where nothing was known of it.
local function load_pool()
  local values = redis.call('HMGET', pool_key, unpack(fields))
  if not values[1] or now - tonumber(values[1]) > given.idle_ms then return start_pool(), false end
  local pool = {}
  for i, field in ipairs(fields) do pool[field] = i <= numbers and tonumber(values[i]) or read(values[i]) end
  refill(pool)
  return pool, true
end

local function save_pool(pool)
  local values = {}
  for i, field in ipairs(fields) do
    values[2 * i - 1] = field
    values[2 * i] = write(i <= numbers and { pool[field] } or pool[field])
  end
  redis.call('HSET', pool_key, unpack(values))
  for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, 2 * given.idle_ms) end
end
