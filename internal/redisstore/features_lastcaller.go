package redisstore

import (
	"context"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// SetLastCaller implements [features.Store]. It is one round trip.
func (s Features) SetLastCaller(ctx context.Context, caller features.LastCaller) error {
	if len(caller.Sealed) > maxRecord {
		return errTooLong
	}
	n := caller.Number
	done, err := s.db.run(ctx, setLastCaller, []string{lineKey(n), lastCallerKey(n)},
		millis(caller.At), caller.Sealed, keep(caller.Lives))
	return verdict(done, err, pins.ErrNoLine)
}

// LastCaller implements [features.Store]. The last caller of a line is one hash:
//
//	v       1
//	at      when the call came, in milliseconds
//	sealed  who it was, as package features sealed it
func (s Features) LastCaller(ctx context.Context, number nanp.Number) (features.LastCaller, error) {
	caller := features.LastCaller{Number: number}
	err := s.db.hash(ctx, "Features.LastCaller", lastCallerKey(number), nil, "at", &caller.At, "sealed", &caller.Sealed)
	return sound(caller, err)
}

// setLastCaller notes who called a line, unless who called later was noted before. Garbage in its place makes room.
// The switch tells of every call, and no caller waits for that.
//
//	KEYS  line, last caller
//	ARGV  when the call came, who it was, sealed, milliseconds for Redis to keep it
//	      1 noted, or there is a later one, 0 no such line
var setLastCaller = newWrite("Features.SetLastCaller", lineLua+strangeLua+`
local l, bad = line(KEYS[1])
if bad then return bad end
if not l[1] then return 0 end
local damage, stays, known = strange(KEYS[2])
if stays then return damage end
if damage then redis.call('DEL', KEYS[2]) end
local at = known and not damage and redis.call('HGET', KEYS[2], 'at')
if digits(at) and tonumber(at) > tonumber(ARGV[1]) then return 1 end
redis.call('HSET', KEYS[2], 'v', '1', 'at', ARGV[1], 'sealed', ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 1
`).aside()
