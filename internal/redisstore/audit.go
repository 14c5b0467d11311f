package redisstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"updatecenter/internal/audit"
	"updatecenter/internal/storage"
)

// auditChunk is how many entries of the audit one hash holds at most.
const auditChunk = audit.MaxRead

// Audit keeps the audit: an [audit.Store]. Entries stay as they were written, to the byte, in
// hashes that each hold a bounded number of them.
type Audit struct{ db *DB }

var _ audit.Store = Audit{}

// Audit returns the store of the audit.
func (db *DB) Audit() Audit { return Audit{db} }

// Head implements [audit.Store].
func (a Audit) Head(ctx context.Context) ([]byte, error) {
	answer, err := a.db.askOne(ctx, "Audit.Head", "get", auditHeadKey)
	if err != nil {
		return nil, auditError(err)
	}
	head, is := answer.(string)
	if !is {
		return nil, nil
	}
	return []byte(head), nil
}

// Append implements [audit.Store].
func (a Audit) Append(ctx context.Context, entries []audit.Stored, next, before []byte) error {
	if len(entries) < 1 || len(entries) > audit.MaxTogether {
		return fmt.Errorf("append %d entries: out of bounds", len(entries))
	}
	first, last := entries[0].Seq, entries[len(entries)-1].Seq
	inFirst := min(last, (first-1)/auditChunk*auditChunk+auditChunk) - first + 1
	args := []any{string(next), string(before), inFirst}
	for _, e := range entries {
		if len(e.Line) > audit.MaxLine || len(next) > audit.MaxLine {
			return errTooLong
		}
		args = append(args, strconv.FormatInt(e.Seq, 10), string(e.Line))
	}
	keys := []string{auditHeadKey, auditChunkOf(first), auditChunkOf(last), auditLowestKey}
	answer, err := a.db.run(ctx, appendAudit, keys, args...)
	return auditVerdict(answer, err)
}

// Read implements [audit.Store]. It takes one round trip, or two where a chunk ends.
func (a Audit) Read(ctx context.Context, from int64, most int) ([]audit.Stored, error) {
	var found []audit.Stored
	from, end := max(from, 1), from+int64(min(most, audit.MaxRead))
	for from < end {
		next := min(end, (from-1)/auditChunk*auditChunk+auditChunk+1)
		some, err := a.readChunk(ctx, from, next)
		if err != nil {
			return nil, err
		}
		found, from = append(found, some...), next
	}
	return found, nil
}

// readChunk reads places of one chunk. A key that is no chunk holds nothing.
func (a Audit) readChunk(ctx context.Context, from, end int64) ([]audit.Stored, error) {
	answer, err := a.db.askOne(ctx, "Audit.Read", append([]any{"hmget", auditChunkOf(from)}, auditFields(from, end)...)...)
	if errors.Is(err, storage.ErrDamaged) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	values, _ := answer.([]any)
	var found []audit.Stored
	for i, value := range values {
		if line, ok := value.(string); ok {
			found = append(found, audit.Stored{Seq: from + int64(i), Line: []byte(line)})
		}
	}
	return found, nil
}

// Trim implements [audit.Store].
func (a Audit) Trim(ctx context.Context, first, last int64, next, before []byte) error {
	if len(next) > audit.MaxLine || first < 1 || last < first || last-first >= audit.MaxRead {
		return fmt.Errorf("trim entries %d to %d: out of bounds", first, last)
	}
	inFirst := min(last, (first-1)/auditChunk*auditChunk+auditChunk) - first + 1
	keys := []string{auditHeadKey, auditChunkOf(first), auditChunkOf(last), auditLowestKey}
	answer, err := a.db.run(ctx, trimAudit, keys,
		append([]any{string(next), string(before), last + 1, inFirst}, auditFields(first, last+1)...)...)
	return auditVerdict(answer, err)
}

// SetAside implements [audit.Store].
func (a Audit) SetAside(ctx context.Context, name string, first audit.Stored, next, before []byte) error {
	if len(next) > audit.MaxLine || len(first.Line) > audit.MaxLine {
		return errTooLong
	}
	all, err := a.keys(ctx)
	if err != nil {
		return err
	}
	keys := []string{auditHeadKey, auditLowestKey, auditChunkOf(first.Seq)}
	for _, key := range all {
		keys = append(keys, key, auditAsideKey(name, key))
	}
	answer, err := a.db.run(ctx, setAsideAudit, keys,
		string(next), string(before), strconv.FormatInt(first.Seq, 10), string(first.Line))
	return auditVerdict(answer, err)
}

// keys are the keys of the audit, those that were set aside left out.
func (a Audit) keys(ctx context.Context) ([]string, error) {
	found := map[string]bool{}
	err := a.db.scan(ctx, auditKeys+":*", scanPage, func(keys []string, _ int) bool {
		for _, key := range keys {
			if !strings.HasPrefix(key, auditAsideKeys) {
				found[key] = true
			}
		}
		return false
	})
	if err != nil {
		return nil, fmt.Errorf("list the keys of the audit: %w", explain(err))
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// scanPage is how many keys a server looks at in one step: some milliseconds. Of ten million keys that is
// a thousand round trips, which must end within the time of an operation.
const scanPage = 10_000

// maxAuditPlace bounds a lowest place that is believed. No audit comes near.
const maxAuditPlace = 1 << 50

// Lowest implements [audit.Store].
func (a Audit) Lowest(ctx context.Context) (int64, error) {
	stored, err := a.db.askOne(ctx, "Audit.Lowest", "get", auditLowestKey)
	switch {
	case err != nil:
		return 0, auditError(err)
	case stored == nil:
		return 0, nil
	}
	lowest, is := parseNumber(stored)
	if !is || lowest < 1 || lowest > maxAuditPlace {
		return 0, fmt.Errorf("%w: its lowest place is none", audit.ErrUnreadable)
	}
	return lowest, nil
}

// auditChunkOf is the key of the chunk that has a place.
func auditChunkOf(seq int64) string { return auditChunkKey((seq - 1) / auditChunk) }

// auditFields are the fields of places.
func auditFields(from, end int64) []any {
	fields := make([]any, 0, end-from)
	for seq := from; seq < end; seq++ {
		fields = append(fields, strconv.FormatInt(seq, 10))
	}
	return fields
}

func auditVerdict(answer any, err error) error {
	switch {
	case err != nil:
		return auditError(err)
	case answer == int64(auditBehind):
		return storage.ErrStale
	case answer == int64(auditHeadless):
		return fmt.Errorf("%w: its head is gone", audit.ErrTampered)
	case answer == int64(auditOccupied):
		return fmt.Errorf("%w: its next place isn't empty", audit.ErrTampered)
	}
	return nil
}

// auditError lets the domain find its own error.
func auditError(err error) error {
	if errors.Is(err, storage.ErrDamaged) {
		return fmt.Errorf("%w: under its keys stands something else", audit.ErrUnreadable)
	}
	return err
}

// What the scripts of the audit answer.
const (
	auditBehind   = 0
	auditOccupied = 2
	auditHeadless = 3
)

// appendAudit fills places of the audit that follow one another and moves the head; the first one of
// all is the lowest. Said again, nothing happens.
//
//	KEYS  head, chunk of the first place, chunk of the last, lowest place
//	ARGV  head to be, head as it was or nothing, how many places are in the first chunk, and for
//	      each place: the place, its entry
//	      1 done, 0 the head is another one, 2 a place isn't empty, 3 the head is gone
var appendAudit = newWrite("Audit.Append", `
local head = redis.call('GET', KEYS[1])
if not head then head = '' end
if head == ARGV[1] then return 1 end
if head ~= ARGV[2] then return 0 end
if head == '' and redis.call('EXISTS', KEYS[4]) == 1 then return 3 end
local second = 4 + 2 * tonumber(ARGV[3])
local function chunk(i)
  if i < second then return KEYS[2] end
  return KEYS[3]
end
for i = 4, #ARGV, 2 do
  if redis.call('HEXISTS', chunk(i), ARGV[i]) == 1 then return 2 end
end
for i = 4, #ARGV, 2 do redis.call('HSET', chunk(i), ARGV[i], ARGV[i + 1]) end
if head == '' then redis.call('SET', KEYS[4], ARGV[4]) end
redis.call('SET', KEYS[1], ARGV[1])
return 1
`).lasts()

// trimAudit empties places of the audit and moves the head and the lowest place. Said again,
// nothing happens.
//
//	KEYS  head, chunk of the first place, chunk of the last, lowest place
//	ARGV  head to be, head as it was, the lowest place to be, how many places are in the first
//	      chunk, places
//	      1 done, 0 the head is another one
var trimAudit = newWrite("Audit.Trim", `
local head = redis.call('GET', KEYS[1])
if head == ARGV[1] then return 1 end
if head ~= ARGV[2] then return 0 end
local split = 4 + tonumber(ARGV[4])
redis.call('HDEL', KEYS[2], unpack(ARGV, 5, split))
if split < #ARGV then redis.call('HDEL', KEYS[3], unpack(ARGV, split + 1)) end
redis.call('SET', KEYS[4], ARGV[3])
redis.call('SET', KEYS[1], ARGV[1])
return 1
`).lasts()

// setAsideAudit renames all keys of the audit and begins another. What stands in the place of the head
// and is none counts as no head. Said again, nothing happens.
//
//	KEYS  head, lowest place, first chunk; for each key of the audit: the key, what it becomes
//	ARGV  head to be, head as it was or nothing, first place, its entry
//	      1 done, 0 the head is another one
var setAsideAudit = newWrite("Audit.SetAside", `
local head = redis.pcall('GET', KEYS[1])
if type(head) ~= 'string' then head = '' end
if head == ARGV[1] then return 1 end
if head ~= ARGV[2] then return 0 end
for i = 4, #KEYS, 2 do redis.call('RENAME', KEYS[i], KEYS[i + 1]) end
redis.call('HSET', KEYS[3], ARGV[3], ARGV[4])
redis.call('SET', KEYS[2], ARGV[3])
redis.call('SET', KEYS[1], ARGV[1])
return 1
`).lasts()
