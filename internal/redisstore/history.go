package redisstore

import (
	"fmt"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/pins"
)

// How the scripts that work on lines, and on accounts, append to histories.
var (
	recordLua        = recordingLua(pins.MaxHistory, pins.HistoryKept)
	accountRecordLua = recordingLua(accounts.MaxHistory, accounts.HistoryKept)
)

// recordingLua appends a record to a history, of which it keeps the newest most, all of them for a
// time after the last one.
func recordingLua(most int, kept time.Duration) string {
	return fmt.Sprintf(`
local function record(key, text)
	if redis.call('LPUSH', key, text) > %d then redis.call('LTRIM', key, 0, %d) end
	redis.call('PEXPIRE', key, %d)
end
`, most, most-1, keep(kept))
}

// appendRecord appends a record to the history of a number.
//
//	KEYS  history
//	ARGV  record
//	      1
var appendRecord = newWrite(recordLua + `
record(KEYS[1], ARGV[1])
return 1
`)
