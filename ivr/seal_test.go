package ivr

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"testing"

	"updatecenter/internal/secret"
)

// What is committed of a call that the release before began can be read there: it is sealed as it is.
func TestOldCallsAreNotPacked(t *testing.T) {
	keys, err := secret.ParseKeyring("a:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	e, document := &Engine{config: Config{Keys: keys, Random: rand.Reader}}, []byte(`<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>`)
	for _, old := range []bool{true, false} {
		c := &Call{SID: "CA1", Turn: 3, state: state{Step: "ask", Caller: Caller{Number: "+16125550142"}}}
		commit, err := e.seal(c, document, old)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := keys.Open(commit.Answer, answerOf("CA1", 3))
		if err != nil || bytes.Equal(answer, document) != old {
			t.Errorf("old: %t: sealed %q, %v", old, answer, err)
		}
		if opened, err := e.openAnswer("CA1", Begun{Turn: 3, Answer: commit.Answer}); err != nil || !bytes.Equal(opened, document) {
			t.Errorf("old: %t: opened %q, %v", old, opened, err)
		}
		if state, known, err := e.openState("CA1", commit.State); err != nil || !known || state.Caller != c.state.Caller {
			t.Errorf("old: %t: state %+v, %v", old, state, err)
		}
	}
}
