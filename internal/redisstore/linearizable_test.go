package redisstore_test

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/redis/go-redis/v9"

	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/torture"
	"updatecenter/ivr"
)

// A history is linearizable if every operation can be given one moment between its beginning and its
// end, such that all of them, one after the other at these moments, answer what they did answer by the
// contract of the store.

const (
	clients  = 8                      // of a history, which share servers
	servers  = 3                      // of ours: an redisstore.DB each
	hurried  = 300 * time.Millisecond // what an operation may take
	checking = 10 * time.Minute       // what the check of a history may take, on a busy machine
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
	seen     map[int64]bool   // what was read, by its number
	faults   [][2]int64       // from when to when connections broke with something under way
	unknowns [clients + 1]int // operations of unknown outcome, of each client
}

// forever is for operations that may be carried out at any time.
const forever = time.Duration(math.MaxInt64)

func newHistory[S comparable](late time.Duration) *history[S] {
	return &history[S]{began: time.Now(), late: late, seen: map[int64]bool{}, started: make(chan struct{}, 1000), failed: make(chan struct{}, 1000)}
}

func (h *history[S]) now() int64 { return time.Since(h.began).Nanoseconds() }

// gaveUp says whether a client has met so many operations of unknown outcome that it does no more. Each can be
// carried out at any later time, so the check of a history takes twice as long for each of them.
func (h *history[S]) gaveUp(client int) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.unknowns[client] >= 2
}

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
		h.unknowns[op.ClientId]++
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

// check says whether the history is linearizable, beginning with what was stored before. An operation of unknown
// outcome may never be carried out, so a history that is linearizable without it is linearizable. With each of
// them the check takes up to twice as long: first there are none of them, then each by itself, each two, and
// at last all.
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
	sound := func(operations []porcupine.Operation) porcupine.CheckResult {
		return porcupine.CheckOperationsTimeout(model.ToModel(), operations, checking)
	}
	certain, doubtful := parted(h.operations())
	if sound(certain) == porcupine.Ok {
		return porcupine.Ok
	}
	for i := range doubtful {
		for j := range i + 1 { // itself, when they are the same
			some := append(slices.Clone(certain), doubtful[i])
			if j < i {
				some = append(some, doubtful[j])
			}
			if sound(some) == porcupine.Ok {
				return porcupine.Ok
			}
		}
	}
	return sound(slices.Concat(certain, doubtful))
}

// parted are the operations whose outcome is known, or was seen, and the others.
func parted(operations []porcupine.Operation) (certain, doubtful []porcupine.Operation) {
	for _, op := range operations {
		if op.Output == (unknown{}) {
			doubtful = append(doubtful, op)
		} else {
			certain = append(certain, op)
		}
	}
	return certain, doubtful
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
	patient *redisstore.DB      // for what is done without faults
	hasty   []*redisstore.DB    // servers of ours
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
type tried struct {
	seed                                                 uint64 // by which all that is random can be had again
	histories, operations, concurrent, unknowns, illegal int
}

// each has n histories be made, each with random numbers of its own, and reports of all.
func each(t *testing.T, experiment string, at place, histories int, one func(all *tried, n int, random *rand.Rand)) {
	t.Helper()
	all := tried{seed: rand.Uint64()}
	for n := range histories {
		one(&all, n, rand.New(rand.NewPCG(all.seed, uint64(n))))
	}
	all.report(t, experiment, at)
}

// judge checks a history whose clients have ended.
func judge[S comparable](t *testing.T, all *tried, h *history[S], stored S) {
	t.Helper()
	if result := h.check(stored); result != porcupine.Ok {
		t.Errorf("history %d of seed %d: %s\n%s", all.histories, all.seed, result, h)
		all.illegal++
	}
	all.histories++
	all.operations += len(h.all)
	all.concurrent += h.concurrent()
	for _, n := range h.unknowns {
		all.unknowns += n
	}
}

// report fails the test also when its histories would have shown nothing. In the short form, a machine that is
// busy with other tests may leave few known outcomes.
func (all tried) report(t *testing.T, experiment string, at place) {
	t.Helper()
	t.Logf("%+v", all)
	tooMany := torture.Long() && all.unknowns > all.operations*3/4
	if all.concurrent < all.operations/2 || all.unknowns < all.histories/2 || tooMany {
		t.Errorf("too few operations at the same time, or of unknown outcome, or of a known one: %+v", all)
	}
	torture.Report(t, experiment, at.name, torture.Counts{
		torture.Operations: all.operations, torture.Kills: all.histories, torture.Lost: all.illegal,
	})
}

// sharing are servers of ours that share a Redis, and have little patience.
func sharing(t *testing.T, url string) (all []*redisstore.DB) {
	t.Helper()
	for range servers {
		db, err := redisstore.OpenWithin(url, hurried)
		check.OK(t, err)
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
