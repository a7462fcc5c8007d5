import { createHash } from 'node:crypto';

/** A script, and the digest under which a server that has seen it knows it. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

/**
 * One script per operation, each over one key, so that all of them run on a cluster. Time is the server's, in
 * microseconds, read once: clients whose clocks differ see the same state. Numbers leave a script as text, as a reply's
 * own are cut to whole ones.
 *
 * An entry is a hash: `f` (format), `v` (value), `n` (version), `w` (written at). Its version is the one before it plus
 * 1, or the time if that is more: versions rise after expiry, deletion and a server that lost its data.
 */
const NOW = `
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local function text(n) return string.format('%.17g', n) end
`;

/** Refuses a record that a newer release has written, rather than reading it wrongly. */
const ENTRY = `
local e = redis.call('HMGET', KEYS[1], 'f', 'v', 'n', 'w')
if e[1] and e[1] ~= '1' then return redis.error_reply('BREAKWATER_FORMAT ' .. e[1]) end
`;

export const SCRIPTS = {
  get: script(`${NOW}${ENTRY}
if not e[1] then return false end
return { e[2], e[3], text((now - e[4]) / 1000) }`),

  // ARGV: value, time to live in ms, condition ('always', 'absent' or a version)
  put: script(`${NOW}${ENTRY}
if (ARGV[3] == 'absent' and e[1]) or (ARGV[3] ~= 'always' and ARGV[3] ~= 'absent' and ARGV[3] ~= e[3]) then
  if not e[1] then return { 0 } end
  return { 0, e[2], e[3], text((now - e[4]) / 1000) }
end
local version = now
if e[3] and tonumber(e[3]) >= now then version = e[3] + 1 end
version = string.format('%.0f', version)
local ttl = tonumber(ARGV[2])
if ttl < 1 then
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], 'f', '1', 'v', ARGV[1], 'n', version, 'w', string.format('%.0f', now))
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', ttl))
end
return { 1, version }`),

  // ARGV: a version, or '' for any
  delete: script(`
if ARGV[1] ~= '' and redis.call('HGET', KEYS[1], 'n') ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`),

  // The virtual clock stands as a time. ARGV: by and window in ms
  advance: script(`${NOW}
local stands = tonumber(redis.call('GET', KEYS[1]) or now)
if stands < now then stands = now end
local ahead = (stands - now) / 1000 + ARGV[1]
if ahead > tonumber(ARGV[2]) then
  return { 0, text((stands - now) / 1000), text(ahead - ARGV[2]) }
end
if ahead > 0 then
  redis.call('SET', KEYS[1], string.format('%.0f', now + ahead * 1000), 'PX', string.format('%.0f', math.ceil(ahead)))
else
  redis.call('DEL', KEYS[1])
end
return { 1, text(ahead), '0' }`),

  // A hash: 'sum', 'from' (the oldest slice that may hold something), 'length' (of a slice), and the amount of each
  // slice under the number of slices from the epoch to its end. Each call looks only at slices that passed since the
  // last one. ARGV: by, limit, window in ms, slices
  count: script(`${NOW}
local by, limit, window, slices = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] * 1000, tonumber(ARGV[4])
local length = window / slices
local last = math.floor(now / length) + 1
local held = redis.call('HMGET', KEYS[1], 'sum', 'from', 'length')
local sum, from = tonumber(held[1] or 0), tonumber(held[2] or last)
if held[3] and tonumber(held[3]) ~= length then
  -- The window was set anew: what stands is taken as counted now, which is never too early.
  redis.call('DEL', KEYS[1])
  if sum > 0 then redis.call('HSET', KEYS[1], last, text(sum)) end
  from = last
end
-- A slice leaves a window after its end.
local gone = math.floor((now - window) / length)
if gone - from > 2 * slices then
  redis.call('DEL', KEYS[1])
  sum, from = 0, last
end
while from <= gone do
  local amount = redis.call('HGET', KEYS[1], from)
  if amount then
    sum = sum - amount
    redis.call('HDEL', KEYS[1], from)
  end
  from = from + 1
end
local function keep()
  if sum <= 0 then return redis.call('DEL', KEYS[1]) end
  redis.call('HSET', KEYS[1], 'sum', text(sum), 'from', text(from), 'length', text(length))
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil((window + length) / 1000)))
end
if by <= 0 then
  local left = -by
  while left > 0 and from <= last do
    local amount = tonumber(redis.call('HGET', KEYS[1], from) or 0)
    local taken = math.min(left, amount)
    left, sum = left - taken, sum - taken
    if amount > taken then redis.call('HSET', KEYS[1], from, text(amount - taken))
    else
      redis.call('HDEL', KEYS[1], from)
      from = from + 1
    end
  end
  keep()
  return { 1, text(math.max(0, sum)), '0' }
end
if sum + by <= limit then
  sum = sum + by
  redis.call('HINCRBYFLOAT', KEYS[1], last, ARGV[1])
  keep()
  return { 1, text(sum), '0' }
end
keep()
if by > limit then return { 0, text(sum), 'inf' } end
local left, slice = sum + by - limit, from
while true do
  left = left - (redis.call('HGET', KEYS[1], slice) or 0)
  if left <= 0 or slice >= last then break end
  slice = slice + 1
end
return { 0, text(sum), text((slice * length + window - now) / 1000) }`),
} as const;

function script(source: string): Script {
  return { source, sha: createHash('sha1').update(source).digest('hex') };
}
