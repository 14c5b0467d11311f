// Package logtest helps tests to look for secrets in a log.
package logtest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
)

// Untimed are options of a handler that leave the time of day out, since its digits could be
// the PIN or the code that a test looks for by chance. It logs every level.
func Untimed() *slog.HandlerOptions {
	return &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: withoutTime}
}

func withoutTime(groups []string, attribute slog.Attr) slog.Attr {
	if len(groups) == 0 && attribute.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return attribute
}

// addresses of memory can hold any digits by chance, like the time.
var addresses = regexp.MustCompile("0x[0-9a-f]{5,}")

// Shown is what a value looks like in every way in which it might get into a log: by the verbs of
// fmt, by both handlers of slog, and in JSON, unless it can't be encoded. Addresses of memory are
// left out.
func Shown(value any) string {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%v %+v %#v %s %q\n", value, value, value, value, value)
	slog.New(slog.NewTextHandler(&out, Untimed())).Info("shown", "value", value)
	slog.New(slog.NewJSONHandler(&out, Untimed())).Info("shown", "value", value)
	if encoded, err := json.Marshal(value); err == nil {
		out.Write(encoded)
	}
	return addresses.ReplaceAllString(out.String(), "")
}

// Hides fails the test where text holds one of the secrets: as it is, in hexadecimal, as a list of bytes, or
// in base64.
func Hides(t testing.TB, where, text string, secrets ...string) {
	t.Helper()
	for _, s := range secrets {
		base := strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(s)), "=")
		for _, form := range []string{s, fmt.Sprintf("%x", s), fmt.Sprint([]byte(s)), base} {
			if strings.Contains(text, form) {
				t.Errorf("%s holds %q: %s", where, form, text)
			}
		}
	}
}
