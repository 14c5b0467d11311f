package rdb_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/redis/go-redis/v9"

	"updatecenter/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/rdb"
	"updatecenter/internal/redistest"
	"updatecenter/internal/torture"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// A history is linearizable if every operation can be given one moment between its beginning and its
// end, such that all of them, one after the other at these moments, answer what they did answer by the
// contract of the store.

const (
	clients  = 8                      // of a history, which share servers
	servers  = 3                      // of ours: an rdb.DB each
	hurried  = 300 * time.Millisecond // what an operation may take
	checking = time.Minute            // what the check of a history may take
)

// A contract is what an operation does to what is stored, and answers, when it is alone.
type contract[S comparable] func(stored S) (after S, answer any)

// A repetition says what happens when a connection breaks while an operation is under way.
type repetition int

const (
	reads    repetition = iota // it may be sent again; it changes nothing
	sentOnce                   // it isn't sent again
	onceOnly                   // it may be sent again, and then does and answers the same
	repeated                   // it may be sent again, and what others did meanwhile counts for its answer
)

// What takes the place of the answer that an operation has not got.
type (
	unknown    struct{} // it was carried out, or never will be
	carriedOut struct{} // what it has written was seen
)

// A done is an operation that has ended.
type done[S comparable] struct {
	porcupine.Operation // its Input is itself
	what                string
	contract            contract[S]
	repetition          repetition
	number              int64 // of what it writes; 0: nothing by which it could be seen
	turn                int   // of a call; once that is answered, another claim changes nothing
}

// A history is of one key.
type history[S comparable] struct {
	began    time.Time
	late     time.Duration // how long after its beginning an operation that failed can still be carried out
	started  chan struct{} // receives with each operation that begins,
	failed   chan struct{} // and with each that fails
	mu       sync.Mutex
	all      []done[S]
	seen     map[int64]bool // what was read, by its number
	faults   [][2]int64     // from when to when connections broke with something under way
	unknowns int
}

// forever is for operations that may be carried out at any time.
const forever = time.Duration(math.MaxInt64)

func newHistory[S comparable](late time.Duration) *history[S] {
	return &history[S]{began: time.Now(), late: late, seen: map[int64]bool{}, started: make(chan struct{}, 1000), failed: make(chan struct{}, 1000)}
}

func (h *history[S]) now() int64 { return time.Since(h.began).Nanoseconds() }

// saw takes down what was read. At the end all is read that was written, but for what another has overwritten.
func (h *history[S]) saw(numbers ...int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, number := range numbers {
		h.seen[number] = true
	}
}

// do carries out an operation and takes it down. It says whether the answer is known.
func (h *history[S]) do(op done[S], ask func(context.Context) (any, error)) (any, bool) {
	ctx, call, end := context.Background(), h.now(), int64(math.MaxInt64)
	if h.late != forever && op.repetition != reads {
		end = call + h.late.Nanoseconds()
		limited, cancel := context.WithDeadline(ctx, h.began.Add(time.Duration(end)))
		defer cancel()
		ctx = limited
	}
	h.started <- struct{}{}
	answer, err := ask(ctx)
	op.Call, op.Output, op.Return = call, answer, h.now()
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil {
		h.failed <- struct{}{}
		if op.repetition == reads || op.repetition == sentOnce && redis.HasErrorPrefix(err, "LATE") {
			return nil, false // it has done nothing
		}
		op.Output, op.Return = unknown{}, max(op.Return, end)
		h.unknowns++
	}
	h.all = append(h.all, op)
	return answer, err == nil
}

// operations are all that have ended, as the checker wants them. To try each moment at which one of
// unknown outcome may have been carried out takes the longer the more there are, so those that left
// nothing to be seen are missing: without them the answers of the others are as right as with them.
func (h *history[S]) operations() []porcupine.Operation {
	var out []porcupine.Operation
	times, answered := map[int64]int{}, map[int]int64{}
	for _, op := range h.all {
		times[op.number]++
		if at, ok := answered[op.turn]; op.number != 0 && op.Output == nil && (!ok || op.Return < at) {
			answered[op.turn] = op.Return
		}
	}
	add := func(op done[S]) {
		if at, ok := answered[op.turn]; ok && op.Output == (unknown{}) && op.number == 0 {
			op.Return = min(op.Return, at)
		}
		if op.Call <= op.Return {
			out = append(out, op.Operation)
		}
	}
	for _, op := range h.all {
		op.Input = op
		met := slices.ContainsFunc(h.faults, func(f [2]int64) bool { return op.Call <= f[1] && f[0] <= op.Return })
		seen, failed := h.seen[op.number], op.Output == unknown{}
		switch {
		case failed && op.number != 0 && !seen:
			continue
		case seen && times[op.number] == 1 && (failed || met && op.Output == any(ivr.ErrOvertaken)): // an output, which no store wraps; by its own second sending
			op.Output, op.Return = carriedOut{}, h.last(op)
		}
		add(op)
		if op.repetition == repeated && met && (op.number == 0 || seen) { // the second sending, which nobody gets the answer of
			op.Output, op.Return = unknown{}, h.last(op)
			add(op)
		}
	}
	return out
}

// last is until when an operation can be carried out that was sent.
func (h *history[S]) last(op done[S]) int64 {
	if h.late == forever {
		return math.MaxInt64
	}
	return max(op.Return, op.Call+h.late.Nanoseconds())
}

// check says whether the history is linearizable, beginning with what was stored before.
func (h *history[S]) check(stored S) porcupine.CheckResult {
	model := porcupine.NondeterministicModel{
		Init: func() []any { return []any{stored} },
		Step: func(stored, input, output any) []any {
			after, answer := input.(done[S]).contract(stored.(S))
			switch {
			case output == unknown{}:
				return []any{stored, after}
			case output == answer, output == carriedOut{} && stored != after:
				return []any{after}
			}
			return nil
		},
	}
	return porcupine.CheckOperationsTimeout(model.ToModel(), h.operations(), checking)
}

// concurrent is how many operations were under way together with another one.
func (h *history[S]) concurrent() (n int) {
	for i, a := range h.all {
		if slices.ContainsFunc(h.all[:i], func(b done[S]) bool { return a.Call <= b.Return && b.Call <= a.Return }) {
			n++
		}
	}
	return n
}

// String is the history as a failed test shows it.
func (h *history[S]) String() string {
	slices.SortFunc(h.all, func(a, b done[S]) int { return cmp.Compare(a.Call, b.Call) })
	var out strings.Builder
	for _, op := range h.all {
		fmt.Fprintf(&out, "%d: %v to %v: %s: %+v\n", op.ClientId, time.Duration(op.Call), time.Duration(op.Return), op.what, op.Output)
	}
	return out.String()
}

// A place is where histories are made.
type place struct {
	name    string              // of the arrangement
	faulty  []*redistest.Server // all that serve
	faults  int                 // kinds that there are of them: see faulted
	patient *rdb.DB             // for what is done without faults
	hasty   []*rdb.DB           // servers of ours
}

// single is one Redis, which loses nothing when it is killed.
func single(t *testing.T) place {
	t.Helper()
	server := redistest.StartWith(t, redistest.Durable)
	return place{"single", []*redistest.Server{server}, 5, open(t, server.DirectURL()), sharing(t, server.URL())}
}

// clustered is a cluster. Its nodes are cut off, but not stopped or killed: a replica that takes over may lack
// what its master has confirmed.
func clustered(t *testing.T) place {
	t.Helper()
	cluster := redistest.StartReplicatedCluster(t)
	at := place{"cluster", nil, 2, open(t, cluster.URL), sharing(t, cluster.URL)}
	for _, pair := range cluster.Pairs {
		at.faulty = append(at.faulty, pair.Master)
	}
	return at
}

// all does something to each server.
func (p place) all(do func(*redistest.Server)) {
	for _, server := range p.faulty {
		do(server)
	}
}

// faulted runs the clients of a history, and has one fault meanwhile, of the kind-th of all kinds.
func (h *history[S]) faulted(t *testing.T, at place, kind int, random *rand.Rand, client func(i int, random *rand.Rand)) {
	t.Helper()
	stop := func(s *redistest.Server) { s.Stop(t) }
	resume := func(s *redistest.Server) { s.Resume(t) }
	cut := func(s *redistest.Server) { s.Down() }
	restore := func(s *redistest.Server) { s.Up() }
	var all sync.WaitGroup
	for i := range clients {
		source := rand.NewPCG(random.Uint64(), random.Uint64())
		all.Go(func() { client(i, rand.New(source)) })
	}
	over := make(chan struct{})
	go func() { all.Wait(); close(over) }()
	await := func(n int, what chan struct{}) {
		for range n {
			select {
			case <-what:
			case <-over:
			}
		}
	}
	await(clients+random.IntN(clients), h.started)
	fault := [2]int64{h.now()}
	switch failures := random.IntN(clients); kind % at.faults {
	case 0:
		at.all(cut)
		fault[1] = h.now()
		await(1+failures, h.failed)
	case 1:
		at.all(func(s *redistest.Server) { s.Hang() })
		fault[1] = h.now()
		await(failures, h.failed)
	case 2:
		at.all(stop)
		await(failures, h.failed)
		at.all(resume)
		fault[1] = h.now()
	case 3: // what was sent is carried out after its connection was cut
		at.all(stop)
		await(random.IntN(clients/2), h.started)
		at.all(cut)
		await(failures, h.failed)
		at.all(resume)
		at.all(restore)
		fault[1] = h.now()
	case 4:
		at.all(func(s *redistest.Server) { s.Kill() })
		fault[1] = h.now()
		await(failures, h.failed)
		at.all(func(s *redistest.Server) { s.Restart(t) })
	}
	at.all(restore)
	h.faults = append(h.faults, fault)
	<-over
}

// tried is what the histories of a test have shown.
type tried struct{ histories, operations, concurrent, unknowns, illegal int }

// judge checks a history whose clients have ended.
func judge[S comparable](t *testing.T, all *tried, h *history[S], stored S, seed uint64) {
	t.Helper()
	if result := h.check(stored); result != porcupine.Ok {
		t.Errorf("history %d of seed %d: %s\n%s", all.histories, seed, result, h)
		all.illegal++
	}
	all.histories++
	all.operations += len(h.all)
	all.concurrent += h.concurrent()
	all.unknowns += h.unknowns
}

// report fails the test also when its histories would have shown nothing.
func (all tried) report(t *testing.T, experiment string, at place) {
	t.Helper()
	t.Logf("%+v", all)
	if all.concurrent < all.operations/2 || all.unknowns < all.histories/2 || all.unknowns > all.operations*3/4 {
		t.Errorf("too few operations at the same time, or of unknown outcome, or of a known one: %+v", all)
	}
	torture.Report(t, experiment, at.name, torture.Counts{
		torture.Operations: all.operations, torture.Kills: all.histories, torture.Lost: all.illegal,
	})
}

// sharing are servers of ours that share a Redis, and have little patience.
func sharing(t *testing.T, url string) (all []*rdb.DB) {
	t.Helper()
	for range servers {
		db, err := rdb.OpenWithin(url, hurried)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		all = append(all, db)
	}
	return all
}

// TestTortureLinearizableLine has clients read and change one line, its history and its notices.
func TestTortureLinearizableLine(t *testing.T) {
	t.Parallel()
	lineHistories(t, single(t), torture.Times(5, 120))
}

// TestTortureLinearizableCluster is the same on a cluster, and for calls and features.
func TestTortureLinearizableCluster(t *testing.T) {
	t.Parallel()
	at := clustered(t)
	lineHistories(t, at, torture.Times(2, 40))
	callHistories(t, at, torture.Times(2, 40))
	featureHistories(t, at, torture.Times(2, 40))
}

func lineHistories(t *testing.T, at place, histories int) {
	t.Helper()
	seed, all := rand.Uint64(), tried{}
	for n := range histories {
		random := rand.New(rand.NewPCG(seed, uint64(n)))
		line := nanp.Number(fmt.Sprintf("+1612555%04d", n))
		h, stored := newHistory[lineState](hurried), newLine(t, at.patient, line)
		var writes atomic.Int64
		h.faulted(t, at, n, random, func(i int, random *rand.Rand) {
			db := at.hasty[i%servers]
			lineUser{h, i, line, db.Lines(), db.Notices(), &writes}.any(random, stored.revision, 6)
		})
		last := lineUser{h, clients, line, at.patient.Lines(), at.patient.Notices(), &writes}
		last.read()
		last.records()
		last.due()
		judge(t, &all, h, stored, seed)
	}
	all.report(t, "histories of a line are linearizable", at)
}

// lineState is what is stored of a line, and why its changes count once. Times are milliseconds.
type lineState struct {
	lineSeen
	changes string // and resets: their numbers, each with a space before
	turns   uint64 // that have changed the PIN, as bits
}

// lineSeen is what is read of a line in one step.
type lineSeen struct {
	language        string
	pin             pins.Hash
	since, revision int64
}

// newLine adds a line whose customer is validated.
func newLine(t *testing.T, db *rdb.DB, line nanp.Number) lineState {
	t.Helper()
	if _, err := db.Lines().Add(t.Context(), []pins.NewLine{{Number: line}}, now); err != nil {
		t.Fatal(err)
	}
	record := pins.Record{At: now, Event: pins.CustomerValidated, By: validation.By}
	if err := db.Lines().Validate(t.Context(), line, validation, record); err != nil {
		t.Fatal(err)
	}
	return lineState{lineSeen{since: now.UnixMilli(), revision: now.UnixMilli()}, "", 0}
}

// lineStore is what a client asks of a line.
type lineStore interface {
	Line(ctx context.Context, number nanp.Number) (pins.Line, error)
	SetLanguage(ctx context.Context, number nanp.Number, language string) error
	Change(ctx context.Context, change pins.Change) error
	Reset(ctx context.Context, number nanp.Number, record pins.Record, notice []byte) error
	History(ctx context.Context, number nanp.Number, limit int) ([]pins.Record, error)
}

// A lineUser is a client of a line.
type lineUser struct {
	*history[lineState]
	client  int
	line    nanp.Number
	lines   lineStore
	notices rdb.Notices
	writes  *atomic.Int64 // of all clients: each has a number, up to 63
}

// op is an operation of this client.
func (u lineUser) op(what string, r repetition, number int64, c contract[lineState]) done[lineState] {
	return done[lineState]{porcupine.Operation{ClientId: u.client}, what, c, r, number, 0}
}

// any carries out any operations.
func (u lineUser) any(random *rand.Rand, revision int64, operations int) {
	var again func() bool // repeats a change whose outcome is unknown
	for range operations {
		switch choice := random.IntN(8); {
		case again != nil && choice < 6:
			if again() {
				again = nil
			}
		case choice < 2:
			if seen, ok := u.read(); ok {
				revision = seen.revision
			}
		case choice == 2:
			u.records()
		case choice == 3:
			u.due()
		case choice == 4:
			u.language()
		case choice == 5:
			u.reset()
		default:
			number, expected := u.writes.Add(1), revision
			again = func() bool { return u.change(number, expected) }
			if again() {
				again = nil
			}
		}
	}
}

func (u lineUser) read() (lineSeen, bool) {
	got, ok := u.do(u.op("line", reads, 0, func(s lineState) (lineState, any) { return s, s.lineSeen }),
		func(ctx context.Context) (any, error) {
			l, err := u.lines.Line(ctx, u.line)
			language, _ := strconv.ParseInt(l.Language, 10, 64)
			u.saw(l.Since.Sub(now).Milliseconds(), language)
			return lineSeen{l.Language, l.PIN, l.Since.UnixMilli(), l.Revision}, err
		})
	seen, _ := got.(lineSeen)
	return seen, ok
}

// list reads a list in which each change stands.
func (u lineUser) list(what string, ask func(context.Context) ([]int64, error)) {
	u.do(u.op(what, reads, 0, func(s lineState) (lineState, any) { return s, s.changes }),
		func(ctx context.Context) (any, error) {
			numbers, err := ask(ctx)
			u.saw(numbers...)
			return spaced(numbers...), err
		})
}

// records reads the history, which begins with the validation.
func (u lineUser) records() {
	u.list("history", func(ctx context.Context) (numbers []int64, err error) {
		records, err := u.lines.History(ctx, u.line, pins.MaxHistory)
		for _, record := range slices.Backward(records) {
			numbers = append(numbers, record.At.Sub(now).Milliseconds())
		}
		return numbers[min(1, len(numbers)):], err
	})
}

// due reads the notices.
func (u lineUser) due() {
	u.list("notices", func(ctx context.Context) (numbers []int64, err error) {
		due, err := u.notices.Next(ctx, string(u.line), pins.MaxDue)
		for _, message := range due {
			number, _ := strconv.ParseInt(message.Position, 10, 64)
			numbers = append(numbers, number)
		}
		return numbers, err
	})
}

func (u lineUser) language() {
	number := u.writes.Add(1)
	language := strconv.FormatInt(number, 10)
	u.do(u.op("set language "+language, repeated, number, func(s lineState) (lineState, any) { s.language = language; return s, nil }),
		func(ctx context.Context) (any, error) { return nil, u.lines.SetLanguage(ctx, u.line, language) })
}

func (u lineUser) reset() {
	number := u.writes.Add(1)
	u.do(u.op(fmt.Sprint("reset ", number), sentOnce, number, func(s lineState) (lineState, any) { return s.changed("", number), nil }),
		func(ctx context.Context) (any, error) {
			record := pins.Record{At: timeOf(number), Event: pins.Reset, By: validation.By}
			return nil, u.lines.Reset(ctx, u.line, record, noticed(number))
		})
}

// change says whether its outcome is known.
func (u lineUser) change(number, expected int64) bool {
	pin := pinNamed(int(number))
	_, ok := u.do(u.op(fmt.Sprintf("change %d at revision %d", number, expected), onceOnly, number,
		func(s lineState) (lineState, any) {
			switch {
			case s.turns&(1<<number) != 0:
				return s, nil
			case s.revision != expected:
				return s, pins.ErrStale
			}
			s.turns |= 1 << number
			return s.changed(pin, number), nil
		}),
		func(ctx context.Context) (any, error) {
			return refused(pins.ErrStale, u.lines.Change(ctx, pins.Change{
				Number: u.line, Revision: expected, PIN: pin, Turn: pins.Turn{Call: "CA1", Number: int(number)},
				Record: pins.Record{At: timeOf(number), Event: pins.Changed}, Notice: noticed(number),
			}))
		})
	return ok
}

// changed is a line with another PIN.
func (s lineState) changed(pin pins.Hash, number int64) lineState {
	s.pin, s.since, s.revision = pin, timeOf(number).UnixMilli(), s.revision+1
	s.changes += fmt.Sprint(" ", number)
	return s
}

// timeOf is when a write was made, and tells its number.
func timeOf(number int64) time.Time { return now.Add(time.Duration(number) * time.Millisecond) }

func noticed(number int64) []byte { return strconv.AppendInt(nil, number, 10) }

// refused tells a refusal, which is an answer, from other errors.
func refused(refusal, err error) (any, error) {
	if errors.Is(err, refusal) {
		return refusal, nil
	}
	return nil, err
}

// TestTortureLinearizableCalls has clients answer the turns of one call.
func TestTortureLinearizableCalls(t *testing.T) {
	t.Parallel()
	callHistories(t, single(t), torture.Times(5, 120))
}

func callHistories(t *testing.T, at place, histories int) {
	t.Helper()
	seed, all := rand.Uint64(), tried{}
	for n := range histories {
		random := rand.New(rand.NewPCG(seed, uint64(n)))
		h, call := newHistory[callState](forever), "CA"+strconv.Itoa(n)
		var clock, writes atomic.Int64
		h.faulted(t, at, n, random, func(i int, random *rand.Rand) {
			callUser{h, i, call, at.hasty[i%servers].Calls(), &clock, &writes}.any(random, 6)
		})
		last := callUser{h, clients, call, at.patient.Calls(), &clock, &writes}
		for turn := range maxTurns {
			last.begin(ivr.Claim{Turn: turn, Holder: "last", Now: last.at(0)})
		}
		judge(t, &all, h, callState{}, seed)
	}
	all.report(t, "histories of a call are linearizable", at)
}

const (
	maxTurns = 16                     // of a call
	lease    = 200 * time.Millisecond // of a claim, by a clock that the clients move
)

// callState is a call as package ivr describes it, and as long as it isn't forgotten. States and answers are numbers: 0 is none.
type callState struct {
	known, claimed bool
	next           int
	holder         string
	until          time.Time
	state          int64
	answers        [maxTurns + 1]int64
}

// begun is what a client hears of a claim.
type begun struct {
	status        ivr.Status
	turn          int
	state, answer int64
}

// A callUser is a client of a call.
type callUser struct {
	*history[callState]
	client int
	call   string
	calls  ivr.Store
	clock  *atomic.Int64 // of all clients, in milliseconds
	writes *atomic.Int64 // of all clients
}

// op is an operation of this client.
func (u callUser) op(what string, r repetition, number int64, turn int, c contract[callState]) done[callState] {
	return done[callState]{porcupine.Operation{ClientId: u.client}, what, c, r, number, turn}
}

// at moves the clock.
func (u callUser) at(ahead time.Duration) time.Time {
	return now.Add(time.Duration(u.clock.Add(ahead.Milliseconds())) * time.Millisecond)
}

// any answers turns, as any servers would: some die with their claim, some are slow, some commit twice.
func (u callUser) any(random *rand.Rand, operations int) {
	turn, holding := 0, false
	claim := ivr.Claim{Turn: -1}
	for range operations {
		at := u.at(time.Duration(random.IntN(100)) * time.Millisecond)
		switch choice := random.IntN(8); {
		case turn >= maxTurns:
			u.begin(ivr.Claim{Turn: random.IntN(maxTurns), Holder: u.holder(), Now: at})
		case holding && choice == 0:
			u.at(2 * lease) // and the claim runs out
		case holding:
			if err, ok := u.commit(ivr.Commit{Turn: turn, Holder: claim.Holder, Now: at, Expires: at.Add(time.Hour)}); ok {
				holding = choice == 2
				if err == nil && !holding {
					turn++
				}
			}
		case turn == 0 && choice < 3:
			if err, ok := u.commit(ivr.Commit{Holder: u.holder(), First: true, Now: at, Expires: at.Add(time.Hour)}); ok && err == nil {
				turn++
			}
		default:
			if claim.Turn != turn || choice < 4 { // otherwise the same holder claims again
				claim = ivr.Claim{Turn: turn, Holder: u.holder()}
			}
			claim.Now, claim.Until = at, at.Add(lease)
			if choice == 7 {
				claim.Until = time.Time{}
			}
			switch got, _ := u.begin(claim); got.status { //nolint:exhaustive // the others leave nothing to go on with
			case ivr.Claimed:
				holding = true
			case ivr.Answered:
				turn = got.turn + 1
			}
		}
	}
}

// holder is one that was never used.
func (u callUser) holder() string { return strconv.FormatInt(u.writes.Add(1), 10) }

func (u callUser) begin(claim ivr.Claim) (begun, bool) {
	claim.Call = u.call
	r := repeated
	if claim.Until.IsZero() {
		r = reads
	}
	got, ok := u.do(u.op(fmt.Sprintf("begin turn %d, holder %s, from %v to %v", claim.Turn, claim.Holder, claim.Now.Sub(now), claim.Until.Sub(now)), r, 0, claim.Turn,
		func(s callState) (callState, any) { return s.begin(claim) }),
		func(ctx context.Context) (any, error) {
			b, err := u.calls.Begin(ctx, claim)
			state, _ := strconv.ParseInt(string(b.State), 10, 64)
			answer, _ := strconv.ParseInt(string(b.Answer), 10, 64)
			u.saw(state, answer)
			return begun{b.Status, b.Turn, state, answer}, err
		})
	b, _ := got.(begun)
	return b, ok
}

// begin is the contract of ivr.Store.
func (s callState) begin(claim ivr.Claim) (callState, begun) {
	switch newest := s.next - 1; {
	case s.answers[claim.Turn] != 0:
		return s, begun{status: ivr.Answered, turn: claim.Turn, answer: s.answers[claim.Turn]}
	case s.state != 0 && claim.Turn < s.next:
		return s, begun{status: ivr.Answered, turn: newest, answer: s.answers[newest]}
	case s.claimed && s.holder != claim.Holder && claim.Now.Before(s.until):
		return s, begun{status: ivr.InProgress}
	case claim.Until.IsZero():
		return s, begun{status: ivr.Unanswered}
	case claim.Turn > s.next:
		s = callState{}
	}
	s.known, s.claimed, s.next, s.holder, s.until = true, true, claim.Turn, claim.Holder, claim.Until
	return s, begun{status: ivr.Claimed, state: s.state}
}

// commit commits a state and an answer that no other commit has.
func (u callUser) commit(c ivr.Commit) (any, bool) {
	number := u.writes.Add(1)
	c.Call, c.State = u.call, strconv.AppendInt(nil, number, 10)
	c.Answer = c.State
	return u.do(u.op(fmt.Sprintf("commit %s of turn %d, holder %s, first %t", c.State, c.Turn, c.Holder, c.First), onceOnly, number, c.Turn,
		func(s callState) (callState, any) { return s.commit(c, number) }),
		func(ctx context.Context) (any, error) { return refused(ivr.ErrOvertaken, u.calls.Commit(ctx, c)) })
}

// commit is the contract of ivr.Store.
func (s callState) commit(c ivr.Commit, number int64) (callState, any) {
	if c.First && !s.known {
		s = callState{known: true, claimed: true, next: c.Turn, holder: c.Holder}
	}
	switch {
	case s.holder == c.Holder && !s.claimed && s.next == c.Turn+1:
		return s, nil
	case s.holder != c.Holder || !s.claimed || s.next != c.Turn:
		return s, ivr.ErrOvertaken
	}
	s.claimed, s.next, s.state = false, c.Turn+1, number
	s.answers[c.Turn] = number
	return s, nil
}

// TestTortureLinearizableFeatures has clients change the settings of one feature, and the PIN that proves who
// may.
func TestTortureLinearizableFeatures(t *testing.T) {
	t.Parallel()
	featureHistories(t, single(t), torture.Times(5, 120))
}

func featureHistories(t *testing.T, at place, histories int) {
	t.Helper()
	seed, all := rand.Uint64(), tried{}
	for n := range histories {
		random := rand.New(rand.NewPCG(seed, uint64(n)))
		line := nanp.Number(fmt.Sprintf("+1612556%04d", n))
		h, stored := newHistory[featureState](hurried), newFeature(t, at.patient, line)
		var writes atomic.Int64
		h.faulted(t, at, n, random, func(i int, random *rand.Rand) {
			db := at.hasty[i%servers]
			featureUser{h, i, line, db.Features(), db, &writes}.any(random, stored, 6)
		})
		last := featureUser{h, clients, line, at.patient.Features(), at.patient, &writes}
		last.read()
		last.records()
		last.events()
		judge(t, &all, h, stored, seed)
	}
	all.report(t, "histories of a feature are linearizable", at)
}

// featureState is what is stored of a feature, and why its changes count once. Each change has its number for a
// revision and for the settings.
type featureState struct {
	revision, pin   int64  // pin is the revision of the PIN
	records, events string // the numbers of changes, and of resets in the records, each with a space before
	turns           uint64 // that have changed the settings, as bits
}

// newFeature adds a line that has the feature.
func newFeature(t *testing.T, db *rdb.DB, line nanp.Number) featureState {
	t.Helper()
	stored := newLine(t, db, line)
	_, err := db.Features().Install(t.Context(), []features.Installation{{Number: line, Features: pins.FeaturesOf(pins.DialLock)}},
		pins.Record{At: now, Event: pins.FeaturesInstalled, By: validation.By}, removal)
	if err != nil {
		t.Fatal(err)
	}
	return featureState{pin: stored.revision}
}

// featureStore is what a client asks of features.
type featureStore interface {
	Features(ctx context.Context, number nanp.Number, turn pins.Turn) (features.Stored, error)
	Change(ctx context.Context, change features.Change) error
}

// A featureUser is a client of a feature.
type featureUser struct {
	*history[featureState]
	client   int
	line     nanp.Number
	features featureStore
	db       *rdb.DB
	writes   *atomic.Int64 // of all clients: each has a number, up to 63
}

// op is an operation of this client.
func (u featureUser) op(what string, r repetition, number int64, c contract[featureState]) done[featureState] {
	return done[featureState]{porcupine.Operation{ClientId: u.client}, what, c, r, number, 0}
}

// any carries out any operations.
func (u featureUser) any(random *rand.Rand, known featureState, operations int) {
	revision, pin := known.revision, known.pin
	var again func() bool // repeats a change whose outcome is unknown
	for range operations {
		switch choice := random.IntN(8); {
		case again != nil && choice < 6:
			if again() {
				again = nil
			}
		case choice < 2:
			if stored, ok := u.read(); ok {
				revision, pin = stored.Settings[pins.DialLock].Revision, stored.PINRevision
			}
		case choice == 2:
			u.records()
		case choice == 3:
			u.events()
		case choice == 4:
			u.reset()
		case choice == 5: // by the web
			u.change(u.writes.Add(1), revision, 0, false)
		default:
			number, expected, proved := u.writes.Add(1), revision, pin
			again = func() bool { return u.change(number, expected, proved, true) }
			if again() {
				again = nil
			}
		}
	}
}

func (u featureUser) read() (stored features.Stored, ok bool) {
	_, ok = u.do(u.op("features", reads, 0, func(s featureState) (featureState, any) { return s, s.revision }),
		func(ctx context.Context) (_ any, err error) {
			stored, err = u.features.Features(ctx, u.line, pins.Turn{})
			kept := stored.Settings[pins.DialLock]
			if kept.Revision != 0 && string(kept.Settings) != strconv.FormatInt(kept.Revision, 10) {
				return "settings of another revision", err // which no contract answers
			}
			u.saw(kept.Revision)
			return kept.Revision, err
		})
	return stored, ok
}

// list reads a list of changes.
func (u featureUser) list(what string, of func(featureState) string, ask func(context.Context) ([]int64, error)) {
	u.do(u.op(what, reads, 0, func(s featureState) (featureState, any) { return s, of(s) }),
		func(ctx context.Context) (any, error) {
			numbers, err := ask(ctx)
			u.saw(numbers...)
			return spaced(numbers...), err
		})
}

// spaced are numbers, each with a space before.
func spaced(numbers ...int64) (text string) {
	for _, number := range numbers {
		text += fmt.Sprint(" ", number)
	}
	return text
}

// records reads the history, which begins with the validation and the installation.
func (u featureUser) records() {
	u.list("history", func(s featureState) string { return s.records }, func(ctx context.Context) (numbers []int64, err error) {
		records, err := u.db.Lines().History(ctx, u.line, pins.MaxHistory)
		for _, record := range slices.Backward(records) {
			numbers = append(numbers, record.At.Sub(now).Milliseconds())
		}
		return numbers[min(2, len(numbers)):], err
	})
}

// events reads what waits for the switch.
func (u featureUser) events() {
	u.list("events", func(s featureState) string { return s.events }, func(ctx context.Context) (numbers []int64, err error) {
		waiting, err := u.db.Outbox().Next(ctx, string(u.line), 100)
		for _, message := range waiting {
			number, _ := strconv.ParseInt(string(message.Stored), 10, 64)
			numbers = append(numbers, number)
		}
		return numbers, err
	})
}

func (u featureUser) reset() {
	number := u.writes.Add(1)
	u.do(u.op(fmt.Sprint("reset ", number), sentOnce, number, func(s featureState) (featureState, any) {
		s.pin, s.records = s.pin+1, s.records+spaced(number)
		return s, nil
	}), func(ctx context.Context) (any, error) {
		record := pins.Record{At: timeOf(number), Event: pins.Reset, By: validation.By}
		return nil, u.db.Lines().Reset(ctx, u.line, record, nil)
	})
}

// change says whether its outcome is known. One without a turn isn't sent again.
func (u featureUser) change(number, expected, proved int64, inTurn bool) bool {
	change := features.Change{
		Number: u.line, Feature: pins.DialLock, Expected: expected, Revision: number, Proved: proved,
		Settings: noticed(number), Event: noticed(number), Record: pins.Record{At: timeOf(number), Event: pins.FeatureChanged},
	}
	r, turn := sentOnce, uint64(0)
	if inTurn {
		r, turn, change.Turn = onceOnly, 1<<number, pins.Turn{Call: "CA1", Number: int(number)}
	}
	_, ok := u.do(u.op(fmt.Sprintf("change %d at revision %d, of PIN %d, in a turn %t", number, expected, proved, inTurn), r, number,
		func(s featureState) (featureState, any) {
			switch {
			case s.turns&turn != 0:
				return s, nil
			case proved != 0 && s.pin != proved:
				return s, features.ErrOvertaken
			case s.revision != expected:
				return s, features.ErrStale
			}
			s.revision, s.turns = number, s.turns|turn
			s.records, s.events = s.records+spaced(number), s.events+spaced(number)
			return s, nil
		}),
		func(ctx context.Context) (any, error) {
			answer, err := refused(features.ErrStale, u.features.Change(ctx, change))
			if answer == nil {
				answer, err = refused(features.ErrOvertaken, err)
			}
			return answer, err
		})
	return ok
}

// TestLinearizabilityOfFlawedStores holds that the histories of stores with flaws are illegal.
func TestLinearizabilityOfFlawedStores(t *testing.T) {
	db := open(t, redistest.Start(t).URL())
	var number int
	line := func(store lineStore) porcupine.CheckResult {
		number++
		n := nanp.Number(fmt.Sprintf("+1612555%04d", number))
		h, stored := newHistory[lineState](patience), newLine(t, db, n)
		u := lineUser{h, 0, n, store, db.Notices(), new(atomic.Int64)}
		u.change(u.writes.Add(1), stored.revision)
		h.began = h.began.Add(-2 * patience) // and it is too late for what has failed
		u.read()
		u.change(u.writes.Add(1), stored.revision)
		u.read()
		u.reset()
		u.language()
		u.read()
		u.records()
		u.due()
		return h.check(stored)
	}
	call := func(store ivr.Store) porcupine.CheckResult {
		number++
		h := newHistory[callState](forever)
		u := callUser{h, 0, "CA" + strconv.Itoa(number), store, new(atomic.Int64), new(atomic.Int64)}
		for _, claim := range []ivr.Claim{{Holder: "a", Now: now}, {Holder: "b", Now: now}, {Holder: "b", Now: now.Add(lease)}} {
			claim.Until = claim.Now.Add(lease)
			u.begin(claim)
		}
		for _, holder := range []string{"b", "a"} {
			u.commit(ivr.Commit{Holder: holder, Now: now, Expires: now.Add(time.Hour)})
		}
		u.begin(ivr.Claim{Holder: "c", Now: now})
		return h.check(callState{})
	}
	feature := func(store featureStore) porcupine.CheckResult {
		number++
		n := nanp.Number(fmt.Sprintf("+1612556%04d", number))
		h, stored := newHistory[featureState](patience), newFeature(t, db, n)
		u := featureUser{h, 0, n, store, db, new(atomic.Int64)}
		first := u.writes.Add(1)
		u.change(first, 0, stored.pin, true)
		u.change(first, 0, stored.pin, true)
		u.change(u.writes.Add(1), 0, 0, false)
		u.reset()
		u.change(u.writes.Add(1), first, stored.pin, true)
		u.read()
		u.records()
		u.events()
		return h.check(stored)
	}
	lines, calls, settings := db.Lines(), db.Calls(), db.Features()
	for name, got := range map[string]porcupine.CheckResult{
		"revision ignored":            line(revisionIgnored{lines}),
		"refused and changed":         line(refusedAndChanged{lines}),
		"changed too late":            line(&changedLate{Lines: lines}),
		"settings' revision ignored":  feature(staleSettings{settings}),
		"proof ignored":               feature(unproved{settings}),
		"turn forgotten":              feature(turnForgotten{settings}),
		"claim ignored":               call(claimIgnored{calls}),
		"commit confirmed and undone": call(commitUndone{calls}),
	} {
		if got != porcupine.Illegal {
			t.Errorf("%s: %s, want %s", name, got, porcupine.Illegal)
		}
	}
	for name, got := range map[string]porcupine.CheckResult{"line": line(lines), "call": call(calls), "feature": feature(settings)} {
		if got != porcupine.Ok {
			t.Errorf("%s without flaws: %s, want %s", name, got, porcupine.Ok)
		}
	}
}

// Stores with flaws.
type (
	revisionIgnored   struct{ rdb.Lines }
	refusedAndChanged struct{ rdb.Lines }
	changedLate       struct {
		rdb.Lines
		late *pins.Change
	}
	staleSettings struct{ featureStore }
	unproved      struct{ featureStore }
	turnForgotten struct{ featureStore }
	claimIgnored  struct{ rdb.Calls }
	commitUndone  struct{ rdb.Calls }
)

func (s revisionIgnored) Change(ctx context.Context, change pins.Change) error {
	line, err := s.Line(ctx, change.Number)
	if err != nil {
		return err
	}
	change.Revision = line.Revision
	return s.Lines.Change(ctx, change)
}

func (s refusedAndChanged) Change(ctx context.Context, change pins.Change) error {
	if err := s.Lines.Change(ctx, change); err != nil {
		return err
	}
	return pins.ErrStale
}

// Change is carried out by the next one, long after it failed.
func (s *changedLate) Change(ctx context.Context, change pins.Change) error {
	if s.late == nil {
		s.late = &change
		return rdb.ErrUnanswered
	}
	return s.Lines.Change(ctx, *s.late)
}

func (s staleSettings) Change(ctx context.Context, change features.Change) error {
	stored, err := s.Features(ctx, change.Number, pins.Turn{})
	if err != nil {
		return err
	}
	change.Expected = stored.Settings[change.Feature].Revision
	return s.featureStore.Change(ctx, change)
}

func (s unproved) Change(ctx context.Context, change features.Change) error {
	change.Proved = 0
	return s.featureStore.Change(ctx, change)
}

func (s turnForgotten) Change(ctx context.Context, change features.Change) error {
	change.Turn = pins.Turn{}
	return s.featureStore.Change(ctx, change)
}

func (s claimIgnored) Begin(ctx context.Context, claim ivr.Claim) (ivr.Begun, error) {
	claim.Now = claim.Now.Add(lease)
	return s.Calls.Begin(ctx, claim)
}

func (s commitUndone) Commit(ctx context.Context, commit ivr.Commit) error {
	if err := s.Calls.Commit(ctx, commit); !errors.Is(err, ivr.ErrOvertaken) {
		return err
	}
	return nil
}
