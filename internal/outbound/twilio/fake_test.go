package twilio_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/outbound/twilio"
	"updatecenter/internal/secret"
)

const (
	sid   = "AC00112233445566778899aabbccddeeff"
	token = "0123456789abcdef0123456789abcdef"

	numbersPath = "/2010-04-01/Accounts/" + sid + "/IncomingPhoneNumbers.json"
	domainsPath = "/2010-04-01/Accounts/" + sid + "/SIP/Domains.json"
)

type record map[string]any

// fake answers as Twilio's API does, two records a page unless page says otherwise.
type fake struct {
	records map[string][]record // by path
	keys    map[string]string   // the JSON key of the records, by path
	page    int
	prefix  string // of every path

	mu    sync.Mutex
	asked []string // the URLs that were asked, in order
}

func newFake(numbers, domains []record) *fake {
	return &fake{
		records: map[string][]record{numbersPath: numbers, domainsPath: domains},
		keys:    map[string]string{numbersPath: "incoming_phone_numbers", domainsPath: "domains"},
		page:    2,
	}
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.asked = append(f.asked, r.Method+" "+r.URL.String())
	f.mu.Unlock()
	user, password, _ := r.BasicAuth()
	w.Header().Set("Content-Type", "application/json")
	if user != sid || password != token {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"code":20003,"message":"Authenticate %s","more_info":"","status":401}`, password)
		return
	}
	path := r.URL.Path[len(f.prefix):]
	all, page := f.records[path], number(r, "Page")
	from, to := min(page*f.page, len(all)), min((page+1)*f.page, len(all))
	answer := record{f.keys[path]: all[from:to], "page": page, "page_size": f.page, "next_page_uri": nil}
	if to < len(all) {
		answer["next_page_uri"] = fmt.Sprintf("%s?PageSize=500&Page=%d&PageToken=PA%d", path, page+1, page+1)
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func number(r *http.Request, key string) int {
	n, err := strconv.Atoi(r.URL.Query().Get(key))
	if err != nil {
		return 0
	}
	return n
}

// account returns the account that the handler answers for.
func account(t *testing.T, handler http.Handler, change func(*twilio.Config)) *twilio.Account {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	config := twilio.Config{
		AccountSID: sid, AuthToken: secret.New(token), BaseURL: server.URL, Timeout: 10 * time.Second,
	}
	if change != nil {
		change(&config)
	}
	a, err := twilio.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
