import { redisScript } from './redis-script.ts';

/*
 * Lua counts in doubles, and money passes 2^53: an amount is written `high:low`, high billions and low
 * units, and added in two halves. A counter is a hash of what is spent (`s`), what is reserved (`r`), and
 * what each call holds (`@` and its id); a call is the set of its counters' keys; leases are a sorted set.
 * All keys share one hash tag, so that a cluster keeps them together. Time is Redis's own; the first
 * argument is added to it, for tests.
 */
const COMMON = `
local BASE = 1000000000
local KEPT_MS = 86400000
local function read(text)
  if not text then return 0, 0 end
  local high, low = string.match(text, '^(%d+):(%d+)$')
  return tonumber(high), tonumber(low)
end
local function write(high, low) return string.format('%.0f:%.0f', high, low) end
local function add(one, other)
  local h1, l1 = read(one)
  local h2, l2 = read(other)
  local high, low = h1 + h2, l1 + l2
  if low >= BASE then high, low = high + 1, low - BASE end
  return write(high, low)
end
local function take(one, other)
  local h1, l1 = read(one)
  local h2, l2 = read(other)
  local high, low = h1 - h2, l1 - l2
  if low < 0 then high, low = high - 1, low + BASE end
  return write(high, low)
end
local function isMore(one, other)
  local h1, l1 = read(one)
  local h2, l2 = read(other)
  return h1 > h2 or (h1 == h2 and l1 > l2)
end
local function now()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) + tonumber(ARGV[1])
end
local function keep(key) redis.call('PEXPIRE', key, KEPT_MS) end
local function letGo(counter, callId)
  local held = redis.call('HGET', counter, '@' .. callId)
  if not held then return false end
  redis.call('HDEL', counter, '@' .. callId)
  redis.call('HSET', counter, 'r', take(redis.call('HGET', counter, 'r'), held))
  return true
end
local function hold(counter, call, callId, amount)
  letGo(counter, callId)
  redis.call('HSET', counter, '@' .. callId, amount, 'r', add(redis.call('HGET', counter, 'r'), amount))
  keep(counter)
  redis.call('SADD', call, counter)
  keep(call)
end
local function release(leases, call, callId)
  for _, counter in ipairs(redis.call('SMEMBERS', call)) do letGo(counter, callId) end
  redis.call('DEL', call)
  redis.call('ZREM', leases, callId)
end
`;

/**
 * Keys: leases, the call, its counters. Values: offset, `reserve` or `extend`, the call's id, the lease
 * in milliseconds, then limit, amount and whether it may outgrow for each counter. Answers `reserved`,
 * or `unknown` with places of counters, or `refused` with place, spent and reserved of each that lacks room.
 */
export const RESERVE = redisScript(`${COMMON}
local mode, callId, leaseMs = ARGV[2], ARGV[3], tonumber(ARGV[4])
local claims, unknown = {}, {}
for place = 3, #KEYS do
  local at = 5 + (place - 3) * 3
  local held = redis.call('HGET', KEYS[place], '@' .. callId)
  local isRaised = mode == 'reserve' or not held or isMore(ARGV[at + 1], held)
  if isRaised then
    local spent = redis.call('HGET', KEYS[place], 's')
    if not spent then unknown[#unknown + 1] = place - 3 end
    claims[#claims + 1] = {
      place = place, limit = ARGV[at], amount = ARGV[at + 1], held = held, spent = spent,
      mustFit = mode == 'reserve' or ARGV[at + 2] == '0',
    }
  end
end
if #unknown > 0 then return { 'unknown', unknown } end
local lacking = {}
for _, claim in ipairs(claims) do
  if claim.mustFit then
    local reserved = redis.call('HGET', KEYS[claim.place], 'r') or '0:0'
    if claim.held then reserved = take(reserved, claim.held) end
    if isMore(add(add(claim.spent, reserved), claim.amount), claim.limit) then
      lacking[#lacking + 1] = { claim.place - 3, claim.spent, reserved }
    end
  end
end
if #lacking > 0 then return { 'refused', lacking } end
for _, claim in ipairs(claims) do hold(KEYS[claim.place], KEYS[2], callId, claim.amount) end
if #claims > 0 then
  if mode == 'reserve' then redis.call('ZADD', KEYS[1], now() + leaseMs, callId)
  else redis.call('ZADD', KEYS[1], 'NX', now() + leaseMs, callId) end
end
return { 'reserved' }
`);

/** Keys: leases, the call, the counters that it is charged on. Values: offset, the call's id, amounts. */
export const SETTLE = redisScript(`${COMMON}
local callId = ARGV[2]
for place = 3, #KEYS do
  if letGo(KEYS[place], callId) then
    redis.call('HSET', KEYS[place], 's', add(redis.call('HGET', KEYS[place], 's'), ARGV[place]))
    keep(KEYS[place])
  end
end
release(KEYS[1], KEYS[2], callId)
`);

/** Keys: counters. Values: offset, then for each counter `add` or `take`, and by how much. */
export const CORRECT = redisScript(`${COMMON}
for place = 1, #KEYS do
  local spent = redis.call('HGET', KEYS[place], 's')
  local how, by = ARGV[place * 2], ARGV[place * 2 + 1]
  if spent then
    if how == 'add' then spent = add(spent, by)
    elseif isMore(spent, by) then spent = take(spent, by)
    else spent = '0:0' end
    redis.call('HSET', KEYS[place], 's', spent)
    keep(KEYS[place])
  end
end
`);

/** Keys: leases, the call. Values: offset, the call's id. */
export const RELEASE = redisScript(`${COMMON}
release(KEYS[1], KEYS[2], ARGV[2])
`);

/** Keys: leases. Values: offset, the lease in milliseconds, ids of calls; of those that hold something. */
export const RENEW = redisScript(`${COMMON}
local until_ = now() + tonumber(ARGV[2])
for place = 3, #ARGV do redis.call('ZADD', KEYS[1], 'XX', until_, ARGV[place]) end
`);

/**
 * Keys: leases, then counters. Values: offset, the lease in milliseconds, what calls' keys begin with,
 * then for each counter what is spent, how many calls hold of it, and id and amount of each.
 */
export const LOAD = redisScript(`${COMMON}
local until_, callPrefix = now() + tonumber(ARGV[2]), ARGV[3]
local at = 4
for place = 2, #KEYS do
  local counter, spent, count = KEYS[place], ARGV[at], tonumber(ARGV[at + 1])
  at = at + 2
  local isNew = redis.call('HSETNX', counter, 's', spent) == 1
  if isNew then
    redis.call('HSET', counter, 'r', '0:0')
    keep(counter)
  end
  for open = 0, count - 1 do
    local callId, amount = ARGV[at + open * 2], ARGV[at + open * 2 + 1]
    if isNew then
      hold(counter, callPrefix .. callId, callId, amount)
      redis.call('ZADD', KEYS[1], 'NX', until_, callId)
    end
  end
  at = at + count * 2
end
`);

/** Keys: leases. Values: offset, how many at most. Answers the ids of calls whose lease is over. */
export const EXPIRED = redisScript(`${COMMON}
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now(), 'LIMIT', 0, tonumber(ARGV[2]))
`);
