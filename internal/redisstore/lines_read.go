package redisstore

import (
	"strconv"
	"strings"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// parseHashes reads three answers: fields of the hash of a line, and of those of its sides.
func parseHashes(number nanp.Number, parts []any) (pins.Line, error) {
	line := pins.Line{Number: number}
	if err := parseStrikesHash(parts[1], &line.FromLine); err != nil {
		return pins.Line{}, err
	}
	if err := parseStrikesHash(parts[2], &line.Remote); err != nil {
		return pins.Line{}, err
	}
	fields, _ := parts[0].([]any)
	if err := parseLineHash(fields, &line); err != nil {
		return pins.Line{}, err
	}
	return line, nil
}

// parseLine reads what [admit] answers of a line: its fields as [Lines.Line] asks for them, and the
// strikes of its sides. Of an unknown one the number and the strikes are known.
func parseLine(number nanp.Number, answer any) (line pins.Line, known bool, err error) {
	parts, _ := answer.([]any)
	if len(parts) != 3 {
		return pins.Line{}, false, ErrGarbage
	}
	line.Number = number
	if !parseStrikes(parts[1], &line.FromLine) || !parseStrikes(parts[2], &line.Remote) {
		return pins.Line{}, false, ErrGarbage
	}
	fields, ok := parts[0].([]any)
	if ok && len(fields) == 0 {
		return line, false, nil
	}
	if err := parseLineHash(fields, &line); err != nil {
		return pins.Line{}, false, err
	}
	return line, true, nil
}

// parseStrikes reads failures, until and locked as scripts count them.
func parseStrikes(answer any, into *pins.Strikes) bool {
	parts, _ := answer.([]any)
	if len(parts) != 3 {
		return false
	}
	failures, ok1 := parts[0].(int64)
	until, ok2 := parts[1].(int64)
	*into = pins.Strikes{Failures: int(failures), LockedUntil: moment(until), Locked: parts[2] == int64(1)}
	return ok1 && ok2
}

// parseLineHash reads v, lang, pin, since, rev and features. A hash without v can still hold
// others. Features whose names we don't know are a newer release's.
func parseLineHash(fields []any, into *pins.Line) error {
	if len(fields) != 6 {
		return ErrGarbage
	}
	if isEmpty(fields) {
		return pins.ErrNoLine
	}
	if err := checkVersion(fields[0]); err != nil {
		return err
	}
	into.Language, _ = fields[1].(string)
	pin, _ := fields[2].(string)
	into.PIN = pins.Hash(pin)
	var since int64
	if !parseNumber(fields[3], &since) || !parseNumber(fields[4], &into.Revision) {
		return ErrGarbage
	}
	into.Since = moment(since)
	into.Features = parseFeatures(fields[5])
	return nil
}

func parseFeatures(field any) pins.Features {
	names, _ := field.(string)
	var known []pins.Feature
	for name := range strings.FieldsSeq(names) {
		known = append(known, pins.Feature(name))
	}
	return pins.FeaturesOf(known...)
}

// parseStrikesHash reads v, failures, until and hard. A side that has only an attempt
// under way may have no failures yet.
func parseStrikesHash(answer any, into *pins.Strikes) error {
	fields, _ := answer.([]any)
	if len(fields) != 4 {
		return ErrGarbage
	}
	if isEmpty(fields) {
		return nil
	}
	if err := checkVersion(fields[0]); err != nil {
		return err
	}
	var failures, until, hard int64
	if !parseNumber(fields[1], &failures) || !parseNumber(fields[2], &until) || !parseNumber(fields[3], &hard) {
		return ErrGarbage
	}
	*into = pins.Strikes{Failures: int(failures), LockedUntil: moment(until), Locked: hard == 1}
	return nil
}

func isEmpty(fields []any) bool {
	for _, field := range fields {
		if field != nil {
			return false
		}
	}
	return true
}

// checkVersion holds a record to the version of this release.
func checkVersion(field any) error {
	text, _ := field.(string)
	switch version, err := strconv.Atoi(text); {
	case err != nil || version < 1:
		return ErrGarbage
	case version > 1:
		return ErrVersion
	}
	return nil
}

func parseNumber(field any, into *int64) bool {
	text, ok := field.(string)
	n, err := strconv.ParseInt(text, 10, 64)
	*into = n
	return ok && err == nil
}

// moment is the time of stored milliseconds; 0 is no time.
func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
