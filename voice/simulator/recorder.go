package simulator

import (
	"fmt"
	"io"
	"strings"

	"updatecenter/internal/secret"
)

// heardWordsRecorded is how many words of a prompt a recorded script listens for.
const heardWordsRecorded = 5

// recorder writes the call script of a call at the keyboard. The first error stays in err.
type recorder struct {
	out   io.Writer // nil: nothing is recorded
	heard []string  // words since the last key or silence
	keys  []byte    // of the entry under way
	err   error
}

func (r *recorder) write(do step) {
	if r.out != nil && r.err == nil {
		_, r.err = fmt.Fprintln(r.out, do.written())
	}
}

func (r *recorder) dialed(to, from string, stir Attestation) {
	dial := dialStep{to: compact(to), from: compact(from)}
	if !toUpdateCenter(to) {
		dial.stir = stirName(stir)
	}
	r.write(dial)
}

// rung notes what was done when the telephone rang: "answer" or "busy".
func (r *recorder) rung(manner, number string) {
	r.heard, r.keys = nil, nil
	r.write(answerStep{manner, compact(number)})
}

// compact is a number without the spaces that a script can't hold.
func compact(number string) string { return strings.Join(strings.Fields(number), "") }

// stirName is how a script writes an attestation.
func stirName(stir Attestation) string {
	if stir == Unverified {
		return "none"
	}
	name := strings.TrimPrefix(strings.TrimPrefix(string(stir), "TN-Validation-"), "Passed-")
	return strings.Replace(name, "Failed", "failed", 1)
}

// hear notes a few words that were heard.
func (r *recorder) hear(words string) {
	if len(r.heard) < heardWordsRecorded {
		r.heard = append(r.heard, words)
	}
}

// listened writes what was heard since the last key.
func (r *recorder) listened() {
	line := hearStep{words: strings.Join(r.heard, " ")}
	r.heard = nil
	if plain(line.words) != "" && len(line.written()) <= scriptLineLimit {
		r.write(line)
	}
}

// press notes a key of the entry under way.
func (r *recorder) press(key byte) {
	if len(r.keys) == 0 {
		r.listened()
	}
	r.keys = append(r.keys, key)
}

// entered writes the entry, which is finished.
func (r *recorder) entered() {
	if len(r.keys) > 0 {
		r.write(pressStep{secret.New(string(r.keys))})
	}
	r.keys = nil
}

func (r *recorder) silence() {
	r.listened()
	r.write(silenceStep{})
}

// ended writes how the call ended. An entry that was not finished never went out.
func (r *recorder) ended(how Ended) {
	r.listened()
	if how.By == Caller {
		r.write(hangupStep{})
		return
	}
	r.write(endedStep{})
}
