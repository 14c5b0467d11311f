package deliveries_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/durability"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// makeDue has notices be due of a line or an account, as those have it who make changes.
func makeDue(t testing.TB, db *redisstore.DB, now time.Time, partition string, notices ...[]byte) {
	t.Helper()
	if !strings.HasPrefix(partition, "+") {
		stored, err := db.Accounts().Load(t.Context(), accounts.ID(partition))
		check.Is(t, err, nil)
		records := []accounts.Record{{At: now, Event: accounts.EmailChanged, By: "ann"}}
		check.Is(t, db.Accounts().Change(t.Context(), stored, records, notices), nil)
		return
	}
	number := nanp.Number(partition)
	_, err := db.Lines().Add(t.Context(), []pins.NewLine{{Number: number}}, now)
	check.Is(t, err, nil)
	for _, notice := range notices {
		known, err := db.Lines().Line(t.Context(), number)
		check.Is(t, err, nil)
		check.Is(t, db.Lines().Change(t.Context(), pins.Change{
			Number: number, Revision: known.Revision, PIN: "a hash", Turn: pins.Turn{Call: fmt.Sprint("CA", known.Revision)},
			Record: pins.Record{At: now, Event: pins.Changed, By: pins.ByCaller}, Notice: notice,
		}), nil)
	}
}

// undeliveredOf returns what the history of a line or an account has of notices that are told to nobody.
func undeliveredOf(t testing.TB, db *redisstore.DB, partition string) (untold []string) {
	t.Helper()
	ofLine, err := db.Lines().History(t.Context(), nanp.Number(partition), 100)
	check.Is(t, err, nil)
	for _, record := range ofLine {
		if record.Event == pins.NoticeUndelivered {
			untold = append(untold, record.Reason)
		}
	}
	ofAccount, err := db.Accounts().History(t.Context(), accounts.ID(partition), 100)
	check.Is(t, err, nil)
	for _, record := range ofAccount {
		if record.Event == accounts.NoticeUndelivered {
			untold = append(untold, record.Reason)
		}
	}
	return untold
}

func (f *fixture) due(t testing.TB, partition string, notices ...[]byte) {
	t.Helper()
	makeDue(t, f.DB, f.Now(), partition, notices...)
}

// tell has a server tell what is due now.
func (f *fixture) tell(t testing.TB) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	wake := make(chan struct{})
	var telling sync.WaitGroup
	telling.Go(func() { f.DeliverDue(ctx, f.DB.Notices(), wake) })
	wake <- struct{}{} // received after a look at what is due
	stop()
	telling.Wait()
}

// left checks how many notices of a partition are due.
func (f *fixture) left(t testing.TB, partition string, want int) {
	t.Helper()
	if left := testkit.Notices(t, f.DB, partition); len(left) != want {
		t.Errorf("%d notices are left, want %d", len(left), want)
	}
}

func pinNotice(n int) deliveries.Notice {
	return deliveries.Notice{Topic: deliveries.PINChanged, Line: line, Method: deliveries.Voice, Key: fmt.Sprint("change ", n)}
}

func TestDueNoticesAreTold(t *testing.T) {
	f := newFixture(t)
	config := f.config()
	config.Language = func(_ context.Context, number nanp.Number) (string, error) {
		return map[nanp.Number]string{line: "es"}[number], nil
	}
	f.Deliveries = deliveries.New(config)
	account := f.account(t, coded).ID
	f.due(t, string(line), pinNotice(1).Due(), pinNotice(2).Due())
	f.due(t, string(account), deliveries.Notice{Topic: deliveries.CodeChanged, Account: account, Method: deliveries.Voice, Key: "3"}.Due())
	f.tell(t)
	f.left(t, string(line), 0)
	f.left(t, string(account), 0)
	told := f.unfinished(t)
	if len(told) != 2 {
		t.Fatalf("%+v", told)
	}
	for _, d := range told {
		if of := map[nanp.Number]int{line: 1, home: 0}; len(d.Merged) != of[d.To] || d.Language != "es" {
			t.Errorf("%+v", d)
		}
	}
}

// atEnqueue looks at deliveries as they are queued.
type atEnqueue func(ctx context.Context, id deliveries.ID)

func (f atEnqueue) Enqueue(ctx context.Context, _ deliveries.Class, task deliveries.Task, _ time.Time) error {
	f(ctx, task.Delivery)
	return nil
}

// However soon an attempt is made, it tells all that was changed at once.
func TestDueNoticesJoinBeforeTheFirstAttempt(t *testing.T) {
	f := newFixture(t)
	config := f.config()
	var merged []int
	config.Queue = atEnqueue(func(ctx context.Context, id deliveries.ID) {
		d, err := f.store.Get(ctx, id)
		check.OK(t, err)
		merged = append(merged, len(d.Merged))
	})
	f.Deliveries = deliveries.New(config)
	f.due(t, string(line), pinNotice(1).Due(), pinNotice(2).Due(), pinNotice(3).Due())
	f.tell(t)
	if !slices.Equal(merged, []int{2}) {
		t.Errorf("queued with %v more notices", merged)
	}
}

// unfinished are the deliveries that are under way.
func (f *fixture) unfinished(t testing.TB) (all []deliveries.Delivery) {
	t.Helper()
	ids, err := f.store.Unfinished(t.Context(), f.Now().Add(24*time.Hour), 100)
	check.OK(t, err)
	for _, id := range ids {
		d, err := f.store.Get(t.Context(), id)
		check.OK(t, err)
		all = append(all, d)
	}
	return all
}

// A notice that can't be told at the moment is told later, and those behind it in its partition wait.
func TestDueNoticesWait(t *testing.T) {
	f := newFixture(t)
	store := &broken{Store: f.store, fails: true}
	f.Deliveries = f.with(func(c *deliveries.Config) { c.Store = store })
	f.due(t, string(line), pinNotice(1).Due(), pinNotice(2).Due())
	f.tell(t)
	f.left(t, string(line), 2)
	store.fails = false
	f.Pass(time.Minute)
	f.tell(t)
	f.left(t, string(line), 0)
	if told := f.unfinished(t); len(told) != 1 || len(told[0].Merged) != 1 || len(undeliveredOf(t, f.DB, string(line))) > 0 {
		t.Errorf("%+v, untold %v", told, undeliveredOf(t, f.DB, string(line)))
	}
}

// A notice stays due while the delivery that tells it may be lost in a fail-over.
func TestDueNoticesOutliveDoubt(t *testing.T) {
	f := newFixture(t)
	store := &broken{Store: f.store, doubts: true}
	f.Deliveries = f.with(func(c *deliveries.Config) { c.Store = store })
	f.due(t, string(line), pinNotice(1).Due())
	f.tell(t)
	f.left(t, string(line), 1)
	f.store = testkit.New(t).Deliveries() // the other is lost
	store.Store, store.doubts = f.store, false
	f.Pass(time.Minute)
	f.tell(t)
	f.left(t, string(line), 0)
	if told := f.unfinished(t); len(told) != 1 {
		t.Errorf("%+v", told)
	}
}

// A notice stays due while the delivery that it was merged into may lose it in a fail-over.
func TestDueNoticesOutliveDoubtAboutTheirMerging(t *testing.T) {
	f := newFixture(t)
	f.notify(t, pinNotice(1))
	store := &broken{Store: f.store, doubts: true}
	f.Deliveries = f.with(func(c *deliveries.Config) { c.Store = store })
	f.due(t, string(line), pinNotice(2).Due())
	for range 3 { // as for whoever finds it merged
		f.tell(t)
		f.left(t, string(line), 1)
		f.Pass(time.Minute)
	}
	store.doubts = false
	f.tell(t)
	f.left(t, string(line), 0)
	if told := f.unfinished(t); len(told) != 1 || len(told[0].Merged) != 1 {
		t.Errorf("%+v", told)
	}
}

// A delivery of a newer release keeps no notices waiting but those that may be told in it, and these
// are told once it can be read; a damaged one tells nothing, and keeps none.
func TestDueNoticesGoPastADeliveryThatCanNotBeRead(t *testing.T) {
	for unreadable, left := range map[error]int{storage.ErrNewer: 2, storage.ErrUnreadable: 0} {
		f := newFixture(t)
		f.notify(t, pinNotice(1))
		first := f.unfinished(t)[0]
		store := &broken{Store: f.store, unreadable: map[deliveries.ID]error{first.ID: fmt.Errorf("read: %w", unreadable)}}
		f.Deliveries = f.with(func(c *deliveries.Config) { c.Store = store })
		var all [][]byte
		for n := 2; n < 24; n++ {
			notice := pinNotice(n)
			if n < 4 {
				notice.In = first.ID
			}
			all = append(all, notice.Due())
		}
		f.due(t, string(line), all...)
		f.tell(t)
		f.left(t, string(line), left)
		told := f.unfinished(t)
		if len(told) != 2 || len(told[0].Merged)+len(told[1].Merged) != 21-left || len(undeliveredOf(t, f.DB, string(line))) > 0 {
			t.Errorf("%v: %+v, untold %v", unreadable, told, undeliveredOf(t, f.DB, string(line)))
		}
		log, waits := f.Log.String(), "wait for a server of a newer release"
		logged := strings.Count(log, waits) == min(left, 1) && strings.Count(log, fmt.Sprintf(`%s" notices=%d `, waits, left)) == min(left, 1)
		if !logged || !strings.Contains(log, string(first.ID)) {
			t.Errorf("%v: the log is\n%s", unreadable, log)
		}
		store.unreadable = nil
		f.Pass(time.Minute)
		f.tell(t)
		f.left(t, string(line), 0)
		if told := f.unfinished(t); len(told) != 2 || len(told[0].Merged)+len(told[1].Merged) != 21 {
			t.Errorf("%v: %+v", unreadable, told)
		}
	}
}

// A notice whose delivery can't be read any more once that was noted goes behind the others of its partition,
// as what it was noted as: what is told after it doesn't take it along.
func TestDueNoticeThatIsNotedForADeliveryOfANewerRelease(t *testing.T) {
	f := newFixture(t)
	f.notify(t, pinNotice(1))
	store := &newerFromSecond{Store: f.store, id: f.unfinished(t)[0].ID}
	f.Deliveries = f.with(func(c *deliveries.Config) { c.Store = store })
	f.due(t, string(line), pinNotice(2).Due(), pinNotice(3).Due())
	f.tell(t)
	f.left(t, string(line), 1)
	store.id = "" // a newer server is there
	f.Pass(time.Minute)
	f.tell(t)
	f.left(t, string(line), 0)
	if told := f.unfinished(t); len(told) != 2 || len(told[0].Merged)+len(told[1].Merged) != 1 {
		t.Errorf("%+v", told)
	}
}

// newerFromSecond is a store of which a delivery is of a newer release from the second time on that it is read.
type newerFromSecond struct {
	deliveries.Store
	id    deliveries.ID
	reads int
}

func (n *newerFromSecond) Get(ctx context.Context, id deliveries.ID) (deliveries.Delivery, error) {
	if id == n.id {
		if n.reads++; n.reads > 1 {
			return deliveries.Delivery{}, fmt.Errorf("read: %w", storage.ErrNewer)
		}
	}
	return n.Store.Get(ctx, id)
}

// broken is a store that can fail, make deliveries that may not last, and have some that can't be read.
type broken struct {
	deliveries.Store
	fails, doubts bool
	unreadable    map[deliveries.ID]error
}

func (b *broken) Get(ctx context.Context, id deliveries.ID) (deliveries.Delivery, error) {
	if err := b.unreadable[id]; err != nil {
		return deliveries.Delivery{}, err
	}
	return b.Store.Get(ctx, id)
}

func (b *broken) Create(ctx context.Context, create deliveries.NewDelivery) (deliveries.Delivery, error) {
	if b.fails {
		return deliveries.Delivery{}, errLost
	}
	if b.doubts {
		durability.Tell(ctx)
	}
	return b.Store.Create(ctx, create)
}

func (b *broken) Update(ctx context.Context, delivery deliveries.Delivery, events ...deliveries.Event) error {
	if b.doubts {
		durability.Tell(ctx)
	}
	return b.Store.Update(ctx, delivery, events...)
}

// What can't be read is recorded where it was found; what a newer release wrote is left for it.
func TestDueNoticesThatCanNotBeRead(t *testing.T) {
	f := newFixture(t)
	account := f.account(t, coded).ID
	f.due(t, string(line), []byte("{"), []byte(`{"about":"pin_changed"}`))
	f.due(t, string(account), []byte("x"))
	f.due(t, string(home), []byte(`{"v":2,"about":"pin_changed"}`))
	f.tell(t)
	f.left(t, string(line), 0)
	f.left(t, string(account), 0)
	f.left(t, string(home), 1)
	want := deliveries.Undelivered{Topic: "a change", Reason: deliveries.NotStored}.String()
	ofLine, ofAccount := undeliveredOf(t, f.DB, string(line)), undeliveredOf(t, f.DB, string(account))
	if !slices.Equal(ofLine, []string{want, want}) || !slices.Equal(ofAccount, []string{want}) {
		t.Errorf("untold of the line %q, of the account %q", ofLine, ofAccount)
	}
}

// A notice of an account that a newer release stored is left for it; that of a damaged one is recorded.
func TestDueNoticeOfAnUnreadableAccount(t *testing.T) {
	for broken, left := range map[error]int{storage.ErrNewer: 1, storage.ErrUnreadable: 0} {
		f := newFixture(t)
		account := f.account(t, coded).ID
		f.due(t, string(account), deliveries.Notice{Topic: deliveries.CodeChanged, Account: account, Method: deliveries.Voice, Key: "1"}.Due())
		f.Deliveries = f.with(func(c *deliveries.Config) {
			c.Accounts = brokenAccounts{f.accounts, fmt.Errorf("find: %w", broken)}
		})
		f.tell(t)
		f.left(t, string(account), left)
		if untold := undeliveredOf(t, f.DB, string(account)); len(untold) != 1-left {
			t.Errorf("%v: untold %+v", broken, untold)
		}
	}
}

// Nobody is owed a welcome where there are no letters.
func TestDueWelcomeWithoutLetters(t *testing.T) {
	f := newFixture(t)
	f.Deliveries = f.with(func(c *deliveries.Config) { c.Printer = nil })
	account := f.account(t, coded).ID
	f.due(t, string(account), deliveries.Notice{Topic: deliveries.Welcome, Account: account, Method: deliveries.ByMail, Key: "1"}.Due())
	f.tell(t)
	f.left(t, string(account), 0)
	if untold := undeliveredOf(t, f.DB, string(account)); len(untold) > 0 || len(f.unfinished(t)) > 0 {
		t.Errorf("untold %+v, unfinished %+v", untold, f.unfinished(t))
	}
}

// A notice that joined a call is not told again, though its server died before it could say so, and
// the telephone has another notice to wait for by now.
func TestDueNoticeThatHasJoined(t *testing.T) {
	f := newFixture(t)
	f.notify(t, pinNotice(1))
	first := f.unfinished(t)[0]
	noted := pinNotice(2)
	noted.In = first.ID
	first.Merged = []deliveries.Merged{{Topic: noted.Topic, Key: noted.Key}}
	first.Opened = true
	check.OK(t, f.store.Update(t.Context(), first))
	f.notify(t, pinNotice(3))
	f.due(t, string(line), noted.Due())
	f.tell(t)
	f.left(t, string(line), 0)
	if told := f.unfinished(t); len(told) != 2 || len(told[0].Merged)+len(told[1].Merged) != 1 {
		t.Errorf("%+v", told)
	}
	noted.Key = "change 4" // which was noted, and has not joined
	f.due(t, string(line), noted.Due())
	f.Pass(time.Minute)
	f.tell(t)
	if told := f.unfinished(t); len(told[0].Merged)+len(told[1].Merged) != 2 {
		t.Errorf("%+v", told)
	}
}

// FuzzDue holds that what is stored of a notice never panics, and what is written is read.
func FuzzDue(f *testing.F) {
	f.Add([]byte(`{"v":1}`), "pin_changed", "acc_1", "key")
	f.Add([]byte(`{`), "", "\xff", "")
	f.Fuzz(func(t *testing.T, stored []byte, about, account, key string) {
		notice := deliveries.Notice{Topic: deliveries.Topic(about), Account: accounts.ID(account), Key: key}
		again, err := deliveries.ParseDue(notice.Due())
		if valid := strings.ToValidUTF8(about+account+key, "") == about+account+key; err != nil || valid && again != notice {
			t.Errorf("%+v was read as %+v, %v", notice, again, err)
		}
		_, _ = deliveries.ParseDue(stored)
	})
}
