package redisstore

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

func TestKeys(t *testing.T) {
	tests := map[string]string{
		callKey("CA0123456789abcdef0123456789abcdef"): "uc:call:{CA0123456789abcdef0123456789abcdef}",
		lineKey("+16125550142"):                       "uc:line:{+16125550142}",
		strikesKey(pins.FromLine, "+16125550142"):     "uc:strikes:line:{+16125550142}",
		strikesKey(pins.Remote, "+16125550142"):       "uc:strikes:elsewhere:{+16125550142}",
		historyKey("+16125550142"):                    "uc:history:{+16125550142}",
		validationsKey("+16125550142"):                "uc:validations:{+16125550142}",
		featuresKey("+16125550142"):                   "uc:features:{+16125550142}",
		lastCallerKey("+16125550142"):                 "uc:last-caller:{+16125550142}",
		eventsKey("+16125550142"):                     "uc:events:{+16125550142}",
		deliveredKey("+16125550142"):                  "uc:delivered:{+16125550142}",
		noticesKey("+16125550142"):                    "uc:notices:{+16125550142}",
		noticesKey("acc_1"):                           "uc:notices:{acc_1}",
		ticketsKey("+16125550142"):                    "uc:tickets:{+16125550142}",
		mailboxKey("+16125550142"):                    "uc:mailbox:{+16125550142}",
		decoyKey("+16125550142"):                      "uc:decoy:{+16125550142}",
		ticketKey("48211907"):                         "uc:ticket:{48211907}",
		accountLinesKey("acc_1"):                      "uc:account-lines:{acc_1}",
		callerKey("sip:a@b.example.com"):              "uc:caller:{sip:a@b.example.com}:failures",
		accountKey("acc_1"):                           "uc:account:{acc_1}",
		accountHistoryKey("acc_1"):                    "uc:account-history:{acc_1}",
		accountNumberKey("612-555-0142-001"):          "uc:account-number:{612-555-0142-001}",
		refusedClaimsKey("acc_1"):                     "uc:account-refused:{acc_1}",
		accountStrikesKey("acc_1"):                    "uc:account-strikes:{acc_1}",
		passwordLinkKey("ab"):                         "uc:password-link:{ab}",
		enrollmentKey("enr_1"):                        "uc:enrollment:{enr_1}",
		deliveryKey("dlv_1"):                          "uc:delivery:{dlv_1}",
		createdKey("acc_1"):                           "uc:deliveries:{acc_1}:created",
		blockedKey("acc_1"):                           "uc:deliveries:{acc_1}:blocked",
		deliveryKeyKey("portal.1"):                    "uc:delivery-key:{portal.1}",
		phoneKey("+16125550142"):                      "uc:phone:{+16125550142}",
		ringsKey("+16125550142"):                      "uc:phone:{+16125550142}:rings",
		waitingKey("+16125550142"):                    "uc:phone:{+16125550142}:waiting",
		agentKey("agt_1"):                             "uc:agent:{agents}:agt_1",
		signInKey([32]byte{1}):                        "uc:signin:{01" + strings.Repeat("00", 31) + "}",
		signInStrikesKey("agt_1_1930367167000"):       "uc:signin-strikes:{agt_1_1930367167000}",
		readyKey(7):                                   "uc:ready:{7}",
		callerKey(pins.Unvouched):                     "uc:caller:{UNVOUCHED}:failures",
		callerKey(""):                                 "uc:caller:{sha256.e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855}:failures",
	}
	for got, want := range tests {
		if got != want {
			t.Errorf("key %s, want %s", got, want)
		}
		if _, ok := KindOf(got); !ok {
			t.Errorf("%s has no row in the table of kinds", got)
		}
	}
}

// FuzzTag holds that whatever stands between the braces of a key is short, can't end them,
// and is another one for another name.
func FuzzTag(f *testing.F) {
	for _, seed := range []string{"", "+16125550142", "CA1}", "{CA1}", "sha256." + strings.Repeat("0", 64), "anonymous", "\x00", "ü"} {
		f.Add(seed, seed+"x")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if got := tag(a); got == "" || len(got) > 71 || strings.ContainsAny(got, "{} \r\n") {
			t.Errorf("tag %q", got)
		}
		if (tag(a) == tag(b)) != (a == b) {
			t.Errorf("%q and %q have tags %q and %q", a, b, tag(a), tag(b))
		}
	})
}

// FuzzHistory holds that what a history holds never panics, and what is read can be written.
func FuzzHistory(f *testing.F) {
	for _, seed := range []string{`{"v":1}`, `{"v":2}`, `{`, `[]`, `{"v":1,"at":"2031-03-04T05:06:07Z","event":"locked"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) <= maxRecord/6 {
			readAgain(t, text, encode, func(r pins.Record) (time.Time, string) { return r.At, r.Reason })
			readAgain(t, text, encodeAccountRecord, func(r accounts.Record) (time.Time, string) { return r.At, r.Reason })
		}
	})
}

func readAgain[R any](t *testing.T, text string, encode func(R) (string, error), parts func(R) (time.Time, string)) {
	var record, got R
	if storage.Decode([]byte(text), &record) != nil {
		return
	}
	again, err := encode(record)
	check.OK(t, err)
	err = storage.Decode([]byte(again), &got)
	at, reason := parts(record)
	if gotAt, gotReason := parts(got); err != nil || !gotAt.Equal(at) || gotReason != reason {
		t.Errorf("%s was read as %+v, written as %s", text, record, again)
	}
}

// FuzzValidation holds that a stored validation never panics, and what is read can be written.
func FuzzValidation(f *testing.F) {
	for _, seed := range []string{"", "2 1 call note", "2 1 call ", "2 1 call", "-2 1 call x", "2 1 CALL x", "1234567890123456 1 call x", "002 1 call a\nb", "0 0 call x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, ok := parseValidation(text)
		if !ok {
			return
		}
		if again, ok := parseValidation(validationText(v)); !ok || again != v {
			t.Errorf("%q was read as %+v, then as %+v", text, v, again)
		}
	})
}

// FuzzPosition holds that a position that is read is of an event's form, and is written as it
// was but for zeros in front.
func FuzzPosition(f *testing.F) {
	for _, seed := range []string{"", "1-0/0", "1930367167001-12/3", "1-0", "-1-0/0", "1-0/0/0", "007-0/0", "9999999999999999-0/0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, rewound, ok := parsePosition(text)
		if !ok {
			return
		}
		again, after, ok := parsePosition(id.String() + "/" + rewound)
		if !ok || again != id || after != rewound || id.ms < 0 || id.seq < 0 || len(text) > 47 {
			t.Errorf("%q was read as %v, %q", text, id, rewound)
		}
	})
}

// FuzzDelivery holds that what a delivery's hash holds never panics, and what is read can be
// written.
func FuzzDelivery(f *testing.F) {
	f.Add("1", "1", "queued", "0", `{"about":"welcome"}`, "1", `{"status":"queued"}`)
	f.Add("2", "", "", "-1", `{`, "-1", ``)
	f.Add("1", "9", "x", "99999999999999999", `{}`, "9223372036854775807", `{}`)
	f.Fuzz(func(t *testing.T, v, rev, status, due, delivery, events, event string) {
		d, err := parseDelivery("dlv_1", map[string]string{
			"v": v, "rev": rev, "status": status, "due": due, "delivery": delivery, "events": events, "e:1": event,
		})
		if err != nil {
			return
		}
		if _, err := deliveryArgs(d, d.Events); err != nil && len(event) < maxRecord/6 && d.Created.Year() < 9999 && d.Began.Year() < 9999 {
			t.Errorf("%+v can't be written: %v", d, err)
		}
	})
}

// FuzzRecord holds that what a hash holds never panics, and that what is read is what is there.
func FuzzRecord(f *testing.F) {
	f.Add("1", "ann", "1", "1930367167000")
	f.Add("2", "", "-1", "soon")
	f.Add("", "\x00\xff", "x", "")
	f.Fuzz(func(t *testing.T, v, name, rev, at string) {
		var (
			text, same string
			sealed     []byte
			revision   int64
			end        time.Time
		)
		err := parseRecord([]any{v, name, name, rev, at, nil}, nil, &text, &sealed, &revision, &end, optional{&same})
		if err != nil {
			return
		}
		n, err := strconv.ParseInt(rev, 10, 64)
		if v != "1" || text != name || string(sealed) != name || err != nil || revision != n || same != "" {
			t.Errorf("%q, %q, %q, %q were read as %q, %d, %v", v, name, rev, at, text, revision, end)
		}
	})
}

func TestClip(t *testing.T) {
	for claim, want := range map[string]string{
		"+16125550142":           "+16125550142",
		strings.Repeat("x", 300): strings.Repeat("x", 256),
		strings.Repeat("ü", 300): strings.Repeat("ü", 128),
		"a\xffb":                 "ab",
	} {
		if got := clip(claim); got != want {
			t.Errorf("clip of %d bytes: %q", len(claim), got)
		}
	}
}
