package torture

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"sync"
	"testing"

	"updatecenter/internal/accounts"
	"updatecenter/internal/hash"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/tickets"
	"updatecenter/pins"
)

// What customers call the help line for: something for their ticket, or for their voice mailbox.
const (
	contact errand = "gives the technician another number"
	tested  errand = "has the line tested"
	mailbox errand = "gets a password for the mailbox"
)

const (
	helpLine   = "+16125557801"
	newContact = "6515550123"
)

// helps says whether the errand is one for the help line.
func (e errand) helps() bool { return e == contact || e == tested || e == mailbox }

// helpKeys are what is pressed on the help line after such words: the first that fit count.
var helpKeys = []struct {
	of    errand // empty: of all
	words *regexp.Regexp
	keys  string // empty: the key that the words name
}{
	{"", regexp.MustCompile(`The technician now has the number|Your line is being tested|Your temporary password is`), "*"},
	{"", regexp.MustCompile(`Enter the PIN of the line`), oldPIN + "#"},
	{contact, regexp.MustCompile(`Enter the ten digits`), newContact + "#"},
	{contact, regexp.MustCompile(`If that is right, press (\w)`), ""},
	{contact, regexp.MustCompile(`To give the technician another telephone number, press (\w)`), ""},
	{tested, regexp.MustCompile(`To have the line tested now, press (\w)`), ""},
	{mailbox, regexp.MustCompile(`To hear it now, with the PIN of this line, press (\w)`), ""},
	{mailbox, regexp.MustCompile(`For voice mail, press (\w)`), ""},
	{"", regexp.MustCompile(`To hear about your repair with the PIN of this line, press (\w)`), ""},
	{"", regexp.MustCompile(`For a repair, press (\w)`), ""},
	{"", regexp.MustCompile(`For a repair, long distance[^.]*, press (\w)`), ""},
}

// helpKeys are those that the customer presses on the help line; none to hang up.
func (c *customer) helpKeys(words string) string {
	for _, next := range helpKeys {
		found := next.words.FindStringSubmatch(words)
		switch {
		case next.of != "" && next.of != c.errand, found == nil:
		case next.keys == "*":
			return ""
		case next.keys != "":
			return next.keys
		default:
			return found[1]
		}
	}
	return ""
}

// helped gives customers who call the help line the ticket and the mailbox that they call about. The contact of a ticket is the line
// itself, so that its telephone tells of all.
func (w *world) helped() {
	w.t.Helper()
	keys, err := secret.ParseKeyring(secretKeys)
	check.OK(w.t, err)
	hasher, err := hash.New(hash.Config{Keys: keys, Params: testkit.Cheap()})
	check.OK(w.t, err)
	store := w.db.Accounts()
	all, err := accounts.New(accounts.Config{Store: store, Attempts: store, Enrollments: store, Keys: keys, Hasher: hasher})
	check.OK(w.t, err)
	repairs := tickets.New(tickets.Config{Store: w.db.Tickets(), Keys: keys, Accounts: all})
	boxes, err := mailboxes.New(mailboxes.Config{Store: w.db.Mailboxes(), Keys: keys})
	check.OK(w.t, err)
	ctx, note := w.t.Context(), pins.Note{By: "test"}
	for _, c := range w.customers {
		switch {
		case c.errand == mailbox:
			check.OK(w.t, check.Err(boxes.Put(ctx, mailboxes.Put{Number: c.line, Note: note})))
		case c.errand.helps():
			number := accounts.Number(c.line.National())
			check.OK(w.t, check.Err(all.Put(ctx, number, testkit.Details(c.line), testkit.Ann)))
			check.OK(w.t, check.Err(repairs.Put(ctx, tickets.Put{
				Number: tickets.Number(c.line.National()), Note: note,
				Details: tickets.Details{Line: c.line, Account: number, Contact: c.line, Status: tickets.Open},
			})))
		}
	}
}

// An operator is the system that learns what callers did, by events.
type operator struct {
	url string

	mu     sync.Mutex
	events map[nanp.Number][]string // the IDs of those of each line, each of them once
}

const operatorSecret = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

// newOperator is one that listens until the test ends.
func newOperator(t testing.TB) *operator {
	o := &operator{events: map[nanp.Number][]string{}}
	server := httptest.NewServer(o)
	t.Cleanup(server.Close)
	o.url = server.URL
	return o
}

// ServeHTTP takes an event.
func (o *operator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var event struct{ Data struct{ Number nanp.Number } }
	if err := json.NewDecoder(r.Body).Decode(&event); err != nil || event.Data.Number == "" {
		w.WriteHeader(http.StatusBadRequest) // and it comes again, without end
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if id, heard := r.Header.Get("Webhook-Id"), o.events[event.Data.Number]; !slices.Contains(heard, id) {
		o.events[event.Data.Number] = append(heard, id)
	}
	w.WriteHeader(http.StatusNoContent)
}

// heard is of how many changes of a line it has learned.
func (o *operator) heard(number nanp.Number) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.events[number])
}
