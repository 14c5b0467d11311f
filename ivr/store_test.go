package ivr_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/logtest"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
)

// TestStore holds each sentence of the contract of [ivr.Store]. Time is handed to the store by the tests,
// which never sleep.
func TestStore(t *testing.T) {
	tests := []struct {
		name string
		run  func(play)
	}{
		{"an unknown call can be claimed at any turn", unknownCall},
		{"a committed turn has its answer", answered},
		{"the call waits for the next turn, with its state", nextTurn},
		{"a turn before the next without an answer gets the newest", pastTurn},
		{"a turn beyond the next means that commits were lost", lostCommits},
		{"a turn beyond the next waits for a claim on that", lostCommitsMeanwhile},
		{"a claim keeps others out until it runs out", claimRunsOut},
		{"a claim on an unknown call is for all its turns", claimOnUnknown},
		{"a holder may claim again", claimAgain},
		{"who looks claims and changes nothing", looking},
		{"a commit needs the claim", commitNeedsClaim},
		{"a commit said twice happens once", commitTwice},
		{"a first turn is claimed by its commit", firstTurn},
		{"one of many first turns wins", oneFirstWins},
		{"a late commit stands if nobody took over", lateCommit},
		{"a call is forgotten when it expires", expiry},
		{"a commit prolongs the call", prolonged},
		{"any bytes are kept", anyBytes},
		{"calls are apart, whatever their names", apart},
		{"the newest answers are kept", keptAnswers},
		{"one of many claims wins", oneClaimWins},
		{"one of many commits wins", oneCommitWins},
		{"a canceled context is an error", canceled},
	}
	kinds := map[string]func(*redisstore.DB) ivr.Store{
		"incoming": func(db *redisstore.DB) ivr.Store { return db.Calls() },
		"outgoing": func(db *redisstore.DB) ivr.Store { return db.CallsInTime() },
	}
	testkit.OnEachRedis(t, func(t *testing.T, fresh func(t *testing.T) *redisstore.DB) {
		for kind, calls := range kinds {
			for _, tt := range tests {
				t.Run(kind+"/"+tt.name, func(t *testing.T) { tt.run(play{t, calls(fresh(t))}) })
			}
		}
	})
}

const (
	lease    = 6 * time.Second
	lifetime = time.Hour
)

// play is a test with its store.
type play struct {
	*testing.T
	store ivr.Store
}

func (p play) begin(id string, turn int, holder string, now time.Time) ivr.Begun {
	p.Helper()
	begun, err := p.store.Begin(context.Background(),
		ivr.Claim{Call: id, Turn: turn, Holder: holder, Now: now, Until: now.Add(lease)})
	if err != nil {
		p.Fatalf("begin turn %d for %s: %v", turn, holder, err)
	}
	return begun
}

// look asks for a turn's answer without a claim.
func (p play) look(turn int, holder string, now time.Time) ivr.Begun {
	p.Helper()
	begun, err := p.store.Begin(context.Background(), ivr.Claim{Call: sid, Turn: turn, Holder: holder, Now: now})
	if err != nil {
		p.Fatalf("look for turn %d for %s: %v", turn, holder, err)
	}
	return begun
}

func (p play) unanswered(got ivr.Begun) {
	p.Helper()
	if got.Status != ivr.Unanswered {
		p.Fatalf("status %d, want unanswered", got.Status)
	}
}

func (p play) commit(id string, turn int, holder, state, answer string, now time.Time) error {
	return p.store.Commit(context.Background(), ivr.Commit{
		Call: id, Turn: turn, Holder: holder, State: []byte(state), Answer: []byte(answer),
		Now: now, Expires: now.Add(lifetime),
	})
}

// first commits a first turn without a claim.
func (p play) first(id, holder, state, answer string) error {
	return p.store.Commit(context.Background(), ivr.Commit{
		Call: id, Holder: holder, First: true, State: []byte(state), Answer: []byte(answer),
		Now: start, Expires: start.Add(lifetime),
	})
}

// turn claims and commits a turn, which must succeed.
func (p play) turn(id string, turn int, state, answer string, now time.Time) {
	p.Helper()
	holder := fmt.Sprint("holder of turn ", turn)
	if begun := p.begin(id, turn, holder, now); begun.Status != ivr.Claimed {
		p.Fatalf("turn %d: status %d, want claimed", turn, begun.Status)
	}
	if err := p.commit(id, turn, holder, state, answer, now); err != nil {
		p.Fatalf("commit turn %d: %v", turn, err)
	}
}

// claimed checks that a claim was granted, with that state; "" means that the call must be
// unknown.
func (p play) claimed(got ivr.Begun, state string) {
	p.Helper()
	if got.Status != ivr.Claimed {
		p.Fatalf("status %d, want claimed", got.Status)
	}
	if known := got.State != nil; known != (state != "") || !bytes.Equal(got.State, []byte(state)) {
		p.Fatalf("state %q (known: %v), want %q", got.State, known, state)
	}
}

func (p play) answered(got ivr.Begun, turn int, answer string) {
	p.Helper()
	if got.Status != ivr.Answered || got.Turn != turn || string(got.Answer) != answer {
		p.Fatalf("status %d, turn %d, answer %q; want answered, turn %d, %q",
			got.Status, got.Turn, got.Answer, turn, answer)
	}
}

func (p play) inProgress(got ivr.Begun) {
	p.Helper()
	if got.Status != ivr.InProgress {
		p.Fatalf("status %d, want in progress", got.Status)
	}
}

func (p play) overtaken(err error) {
	p.Helper()
	check.Is(p, err, ivr.ErrOvertaken)
}

func (p play) ok(err error) {
	p.Helper()
	check.OK(p, err)
}

// pin is what a caller keys that nobody may read.
var pin = ivr.Variable{Name: "pin", Kind: ivr.Secret}

const keyedPIN = "73914682"

// keying is a call that takes a secret, then reads back a number, and ends.
func keying(weigh func(c *ivr.Call) error) *ivr.Flow {
	number := ivr.Variable{Name: "number", Kind: ivr.Phone}
	ask := ivr.Range{Min: 4, Max: 10}
	flow := flowOf(
		speak("start", "ask", ivr.English),
		ivr.Gather{At: "ask", Prompt: words("ask"), Digits: ask, Into: pin, Next: "weigh", Back: ivr.HangUp, GaveUp: ivr.HangUp},
		ivr.Action[outcome]{At: "weigh", On: ivr.On[outcome]{done: "confirm"}, Run: func(_ context.Context, c *ivr.Call) (outcome, error) {
			c.Fill(number, "+1"+c.Caller.Number)
			return done, weigh(c)
		}},
		ivr.Gather{At: "confirm", Prompt: ivr.Prompt{Name: "confirm", EN: "You call from {number}.", ES: "Llama desde {number}."},
			Digits: ask, Into: pin, Next: ivr.HangUp, Back: "ask", GaveUp: ivr.HangUp},
	)
	flow.Variables = []ivr.Variable{number}
	return flow
}

// keyPIN plays the call up to its second question, or its end.
func keyPIN(t testing.TB, engine *ivr.Engine) {
	t.Helper()
	deliver(t, engine, ivr.Event{Call: sid, Caller: ivr.Caller{Number: "6125550142"}})
	deliver(t, engine, keyed(1, keyedPIN))
}

// readable says whether bytes hold a text, as it is or in a usual encoding.
func readable(haystack []byte, text string) bool {
	for _, needle := range []string{text, hex.EncodeToString([]byte(text)),
		base64.StdEncoding.EncodeToString([]byte(text)), base64.RawURLEncoding.EncodeToString([]byte(text))} {
		if bytes.Contains(haystack, []byte(needle)) {
			return true
		}
	}
	return false
}

func TestNothingReadableIsStored(t *testing.T) {
	var commits []ivr.Commit
	var log bytes.Buffer
	config := configOf(t, keying(func(*ivr.Call) error { return nil }))
	config.Store, config.Log = watched(config.Store, &commits), slog.New(slog.NewJSONHandler(&log, logtest.Untimed()))
	engine := newEngine(t, config)
	keyPIN(t, engine)
	if len(commits) != 2 {
		t.Fatalf("%d commits", len(commits))
	}
	for _, commit := range commits {
		for _, text := range []string{keyedPIN, "6125550142", "<Response>", "confirm", "pin"} {
			if readable(commit.State, text) || readable(commit.Answer, text) {
				t.Errorf("turn %d stores %q in the open", commit.Turn, text)
			}
		}
	}
	if readable(log.Bytes(), keyedPIN) {
		t.Errorf("the log tells the PIN: %s", log.Bytes())
	}
	state := opened(t, commits[1])
	if !readable(state, keyedPIN) {
		t.Error("the PIN is not in the state at all, so the test proves nothing")
	}
}

// opened is the state of a commit, with the key that sealed it.
func opened(t *testing.T, commit ivr.Commit) []byte {
	t.Helper()
	sealed, err := keyring(t, oneKey).Open(commit.State, []byte("state of "+commit.Call))
	check.OK(t, err)
	state, err := ivr.Unpack(sealed)
	check.OK(t, err)
	return state
}

// A call that is over keeps nothing that was keyed, nor does one whose work has erased it.
func TestSecretsAreForgotten(t *testing.T) {
	tests := []struct {
		name  string
		weigh func(c *ivr.Call) error
		more  []string // entries that follow
	}{
		{"erased", func(c *ivr.Call) error { c.Erase(pin); return nil }, nil},
		{"the end", func(*ivr.Call) error { return nil }, []string{"1234"}},
		{"an error", func(*ivr.Call) error { return errDown }, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var commits []ivr.Commit
			config := configOf(t, keying(tt.weigh))
			config.Store = watched(config.Store, &commits)
			engine := newEngine(t, config)
			keyPIN(t, engine)
			for i, keys := range tt.more {
				deliver(t, engine, keyed(2+i, keys))
			}
			if state := opened(t, commits[len(commits)-1]); readable(state, keyedPIN) {
				t.Errorf("the state still holds the PIN")
			}
		})
	}
}

func TestSecretBlanksAreNoText(t *testing.T) {
	weighed := false
	config := configOf(t, keying(func(c *ivr.Call) error {
		weighed = true
		if text := c.Text(pin); text != "" {
			t.Errorf("the secret is %q as a text", text)
		}
		if !c.Secret(pin).Equal(secret.New(keyedPIN)) {
			t.Error("the secret is not what was keyed")
		}
		if printed := fmt.Sprintf("%v %+v %#v %s", c.Secret(pin), c.Secret(pin), c.Secret(pin), c.Secret(pin)); strings.Contains(printed, keyedPIN) {
			t.Errorf("it prints as %s", printed)
		}
		return nil
	}))
	keyPIN(t, newEngine(t, config))
	if !weighed {
		t.Error("nothing was weighed")
	}
}

// What is sealed for one call, or one turn, is of no use in the place of another's.
func TestSealedDataIsBoundToItsPlace(t *testing.T) {
	const other = "CA00000000000000000000000000000002"
	config := configOf(t, keying(func(*ivr.Call) error { return nil }))
	var commits []ivr.Commit
	config.Store = watched(config.Store, &commits)
	keyPIN(t, newEngine(t, config))
	swapped := func(begun ivr.Begun) *ivr.Engine {
		config := config
		config.Store = &hooked{begin: func(context.Context, ivr.Claim, ivr.Store) (ivr.Begun, error) { return begun, nil },
			commit: func(context.Context, ivr.Commit, ivr.Store) error { return nil }}
		return newEngine(t, config)
	}

	event := keyed(2, "1234")
	event.Call = other
	got := heard(t, deliver(t, swapped(ivr.Begun{Status: ivr.Claimed, State: commits[1].State}), event))
	if !slices.Contains(got, "  en: start-over in English.") {
		t.Errorf("another call goes on with the state: %q", got)
	}
	answered := []struct {
		name, call string
		begun      ivr.Begun
	}{
		{"another call's", other, ivr.Begun{Status: ivr.Answered, Turn: 1, Answer: commits[1].Answer}},
		{"another turn's", sid, ivr.Begun{Status: ivr.Answered, Turn: 0, Answer: commits[1].Answer}},
		{"a state", sid, ivr.Begun{Status: ivr.Answered, Turn: 1, Answer: commits[1].State}},
		{"garbage", sid, ivr.Begun{Status: ivr.Answered, Turn: 1, Answer: []byte("garbage")}},
		{"none", sid, ivr.Begun{Status: ivr.Answered, Turn: 1}},
	}
	for _, tt := range answered {
		t.Run(tt.name, func(t *testing.T) {
			event := keyed(1, "")
			event.Call = tt.call
			if document, err := swapped(tt.begun).Turn(context.Background(), event); err == nil {
				t.Errorf("it is given as the answer: %s", document)
			}
		})
	}
}

// A state that can't be read is like none.
func TestAnUnreadableStateStartsOver(t *testing.T) {
	seal := func(state string) []byte {
		sealed, err := keyring(t, oneKey).Seal(bytes.NewReader(make([]byte, 24)), []byte(state), []byte("state of "+sid))
		check.OK(t, err)
		return sealed
	}
	states := map[string][]byte{
		"garbage":       []byte("garbage"),
		"empty":         {},
		"not JSON":      seal("garbage"),
		"null":          seal("null"),
		"a list":        seal("[]"),
		"no version":    seal(`{"step":"ask"}`),
		"no step":       seal(`{"v":1}`),
		"a wrong shape": seal(`{"v":1,"step":"ask","blanks":{"pin":8265}}`),
	}
	for name, state := range states {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			config := configOf(t, asking())
			config.Log = slog.New(slog.NewTextHandler(&log, logtest.Untimed()))
			config.Store = &hooked{
				begin: func(context.Context, ivr.Claim, ivr.Store) (ivr.Begun, error) {
					return ivr.Begun{Status: ivr.Claimed, State: state}, nil
				},
				commit: func(context.Context, ivr.Commit, ivr.Store) error { return nil },
			}
			got := heard(t, deliver(t, newEngine(t, config), keyed(1, "8265")))
			if !slices.Contains(got, "  en: start-over in English.") {
				t.Errorf("heard %q", got)
			}
			if readable(log.Bytes(), "8265") {
				t.Errorf("the log tells what the state held: %s", log.Bytes())
			}
		})
	}
}

// The state of a newer release is left alone: the caller hears the apology.
func TestANewerStateIsLeftAlone(t *testing.T) {
	for _, version := range []string{"3", "999"} {
		t.Run(version, func(t *testing.T) { leavesAlone(t, version) })
	}
}

func leavesAlone(t *testing.T, version string) {
	config := configOf(t, asking())
	newer, err := config.Keys.Seal(bytes.NewReader(make([]byte, 24)), []byte(`{"v":`+version+`,"step":"ask"}`), []byte("state of "+sid))
	check.OK(t, err)
	config.Store = &hooked{
		begin: func(context.Context, ivr.Claim, ivr.Store) (ivr.Begun, error) {
			return ivr.Begun{Status: ivr.Claimed, State: newer}, nil
		},
		commit: func(context.Context, ivr.Commit, ivr.Store) error {
			t.Error("the newer state is overwritten")
			return nil
		},
	}
	if document, err := newEngine(t, config).Turn(context.Background(), keyed(1, "8265")); err == nil {
		t.Errorf("answered %s", document)
	}
}

// While a key is replaced, calls under way go on; when it is dropped they start over.
func TestKeysCanBeReplaced(t *testing.T) {
	config := configOf(t, asking())
	with := func(keys string) *ivr.Engine {
		config.Keys = keyring(t, keys)
		return newEngine(t, config)
	}
	c := dialEngine(t, with(oneKey), welcomed...)
	first := deliver(t, with(oneKey), keyed(0, ""))
	if _, err := with(otherKey).Turn(context.Background(), keyed(0, "")); err == nil {
		t.Error("the answer is read without its key")
	}
	c.engine = with(otherKey + "," + oneKey)
	if got := deliver(t, c.engine, keyed(0, "")); !bytes.Equal(got, first) {
		t.Errorf("the answer of an older key: %s", got)
	}
	c.press("1", "gather 0 # -> 2?lang=en", "  en: too-few in English.", "  en: ask in English.")
	c.engine = with(otherKey)
	c.press("8265", "en: Heard <8265>.", "hang up")
}
