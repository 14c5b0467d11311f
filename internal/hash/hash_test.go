package hash_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"regexp"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"updatecenter/internal/hash"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

var pin = secret.New("8265")

func hashed(t testing.TB, h *hash.Hasher, pin secret.Text) hash.Hash {
	t.Helper()
	kept, err := h.Hash(t.Context(), pin)
	check.OK(t, err)
	return kept
}

func verify(t *testing.T, h *hash.Hasher, kept hash.Hash, entry secret.Text, match, stale bool) {
	t.Helper()
	gotMatch, gotStale, err := h.Verify(t.Context(), kept, entry)
	if err != nil || gotMatch != match || gotStale != stale {
		t.Errorf("match %t, stale %t, %v; want %t, %t", gotMatch, gotStale, err, match, stale)
	}
}

func TestHash(t *testing.T) {
	h := hasher(t, hash.Config{})
	kept := hashed(t, h, pin)
	verify(t, h, kept, pin, true, false)
	for _, wrong := range []string{"8264", "826", "82650", "5628", "", "8265\x00"} {
		verify(t, h, kept, secret.New(wrong), false, false)
	}
	if again := hashed(t, h, pin); again == kept {
		t.Error("two hashes have the same salt")
	}
}

func TestHashForm(t *testing.T) {
	h := hasher(t, hash.Config{Params: hash.DefaultParams()})
	form := regexp.MustCompile(`^\$hmac-argon2id\$v=19\$m=19456,t=2,p=1,k=2026a\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`)
	if kept := hashed(t, h, pin); !form.MatchString(string(kept)) {
		t.Errorf("hash %s", kept)
	}
}

// A hash kept today must still be right tomorrow: this one must never change.
func TestHashStaysTheSame(t *testing.T) {
	h := hasher(t, hash.Config{Random: strings.NewReader("0123456789abcdef")})
	const want = "$hmac-argon2id$v=19$m=8,t=1,p=1,k=2026a$MDEyMzQ1Njc4OWFiY2RlZg$K+nrAaj8tu/lYXWPfzs08JpyoQ0QIcYwWh7KclFDBZA"
	if kept := hashed(t, h, pin); kept != want {
		t.Errorf("hash %s", kept)
	}
}

func TestHashNeedsTheSecretKey(t *testing.T) {
	kept := hashed(t, hasher(t, hash.Config{}), pin)
	foreign, err := secret.ParseKeyring("2026a:" + base64.StdEncoding.EncodeToString(make([]byte, 32)))
	check.OK(t, err)
	verify(t, hasher(t, hash.Config{Keys: foreign}), kept, pin, false, false)
}

func TestVerifyUnderAnOlderKey(t *testing.T) {
	old := hashed(t, hasher(t, hash.Config{Keys: testkit.Keys("2026a")}), pin)
	both := hasher(t, hash.Config{Keys: testkit.Keys("2026b", "2026a")})
	verify(t, both, old, pin, true, true)
	verify(t, both, old, secret.New("0000"), false, true)
	verify(t, both, hashed(t, both, pin), pin, true, false)

	dropped := hasher(t, hash.Config{Keys: testkit.Keys("2026b")})
	if match, _, err := dropped.Verify(t.Context(), old, pin); match || !errors.Is(err, secret.ErrUnknownKey) {
		t.Errorf("match %t, %v; want ErrUnknownKey", match, err)
	}
}

func TestVerifyUnderOtherParams(t *testing.T) {
	now := hash.Params{MemoryKiB: 64, Passes: 2, Lanes: 1}
	tests := map[string]struct {
		then  hash.Params
		stale bool
	}{
		"the same":     {now, false},
		"less memory":  {hash.Params{MemoryKiB: 32, Passes: 2, Lanes: 1}, true},
		"fewer passes": {hash.Params{MemoryKiB: 64, Passes: 1, Lanes: 1}, true},
		"more of both": {hash.Params{MemoryKiB: 128, Passes: 3, Lanes: 1}, false},
		"more lanes":   {hash.Params{MemoryKiB: 64, Passes: 2, Lanes: 4}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			kept := hashed(t, hasher(t, hash.Config{Params: test.then}), pin)
			verify(t, hasher(t, hash.Config{Params: now}), kept, pin, true, test.stale)
		})
	}
}

func TestVerifyRefusesMalformed(t *testing.T) {
	h := hasher(t, hash.Config{})
	good := string(hashed(t, h, pin))
	change := func(old, replacement string) string {
		changed := strings.Replace(good, old, replacement, 1)
		if changed == good {
			t.Fatalf("no %q in the hash", old)
		}
		return changed
	}
	tests := map[string]string{
		"nothing":            "",
		"dollars":            "$$$$$",
		"another scheme":     change("hmac-argon2id", "argon2id"),
		"another version":    change("v=19", "v=16"),
		"gigabytes":          change("m=8", "m=4294967295"),
		"129 MiB":            change("m=8", "m=132096"),
		"more than 32 bits":  change("m=8", "m=18446744073709551624"),
		"too little memory":  change("m=8", "m=7"),
		"little for lanes":   change("p=1", "p=2"),
		"no memory":          change("m=8,", ""),
		"no passes":          change("t=1", "t=0"),
		"too many passes":    change("t=1", "t=17"),
		"no lanes":           change("p=1", "p=0"),
		"too many lanes":     change("m=8,t=1,p=1", "m=1024,t=1,p=9"),
		"negative":           change("t=1", "t=-1"),
		"plus":               change("t=1", "t=+1"),
		"leading zero":       change("t=1", "t=01"),
		"other names":        change("t=1", "1"),
		"other order":        change("m=8,t=1", "t=1,m=8"),
		"no key":             change("k=2026a", "k="),
		"key with a comma":   change("k=2026a", "k=2026,a"),
		"key with a space":   change("k=2026a", "k=2026 a"),
		"long key":           change("k=2026a", "k="+strings.Repeat("a", 33)),
		"short tag":          good[:len(good)-4],
		"tag cut":            good[:len(good)-1],
		"tag padded":         good + "=",
		"more behind":        good + "$",
		"line break":         good + "\n",
		"line break in tag":  good[:len(good)-10] + "\n" + good[len(good)-10:],
		"far too long":       good + strings.Repeat("A", 1<<20),
		"spare bits":         good[:len(good)-1] + nextBase64(good[len(good)-1]),
		"cut at the salt":    good[:strings.LastIndex(good, "$")],
		"salt and no tag":    good[:strings.LastIndex(good, "$")+1],
		"long salt":          change("$v=19", "$v=19$"),
		"invalid characters": change("k=2026a$", "k=2026a$!"),
	}
	for name, kept := range tests {
		match, stale, err := h.Verify(t.Context(), hash.Hash(kept), pin)
		if match || stale || !errors.Is(err, hash.ErrMalformed) {
			t.Errorf("%s: match %t, stale %t, %v; want ErrMalformed", name, match, stale, err)
		}
	}
}

// nextBase64 is the character that differs from c in the last bit: of the last character
// of a tag, a bit that means nothing.
func nextBase64(c byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	return string(alphabet[strings.IndexByte(alphabet, c)^1])
}

func TestNewRefuses(t *testing.T) {
	ring := testkit.Keys("2026a")
	for name, config := range map[string]hash.Config{
		"no key":          {Keys: secret.Keyring{}},
		"too much memory": {Keys: ring, Params: hash.Params{MemoryKiB: 1 << 20, Passes: 1, Lanes: 1}},
		"no memory":       {Keys: ring, Params: hash.Params{Passes: 1, Lanes: 1}},
		"no passes":       {Keys: ring, Params: hash.Params{MemoryKiB: 64, Lanes: 1}},
		"no lanes":        {Keys: ring, Params: hash.Params{MemoryKiB: 64, Passes: 1}},
	} {
		if h, err := hash.New(config); h != nil || err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestHashWithoutRandomness(t *testing.T) {
	h := hasher(t, hash.Config{Random: bytes.NewReader(make([]byte, 15))})
	if kept, err := h.Hash(t.Context(), pin); kept != "" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("hash %q, %v", kept, err)
	}
}

// gate are secret keys that keep whoever asks for one waiting: hashes under way.
type gate struct {
	secret.Keyring
	open chan struct{}
}

func (g gate) MAC(id string, message []byte) ([]byte, error) {
	<-g.open
	return g.Keyring.MAC(id, message)
}

// verifyNothing starts n verifications of nothing at once and returns what will be their errors.
func verifyNothing(ctx context.Context, h *hash.Hasher, n int) <-chan error {
	errs := make(chan error, n)
	for range n {
		go func() { errs <- h.VerifyNothing(ctx, pin) }()
	}
	return errs
}

func TestHasherQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := gate{testkit.Keys("2026a"), make(chan struct{})}
		h := hasher(t, hash.Config{Keys: keys, AtOnce: 2, Waiting: 3})
		errs := verifyNothing(t.Context(), h, 5)
		synctest.Wait()
		check.Is(t, h.VerifyNothing(t.Context(), pin), hash.ErrBusy)
		close(keys.open)
		for range 5 {
			if err := <-errs; err != nil {
				t.Errorf("one of five: %v", err)
			}
		}
		if err := h.VerifyNothing(t.Context(), pin); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}

func TestHasherWaits(t *testing.T) {
	tests := map[string]struct{ deadline, want time.Duration }{
		"to its context's deadline": {3 * time.Second, 3 * time.Second},
		"ten seconds at most":       {time.Hour, 10 * time.Second},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				keys := gate{testkit.Keys("2026a"), make(chan struct{})}
				h := hasher(t, hash.Config{Keys: keys, AtOnce: 1, Waiting: 1})
				first := verifyNothing(t.Context(), h, 1)
				synctest.Wait()

				begun := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), test.deadline)
				defer cancel()
				for range 2 { // the one that gave up leaves its place in the queue
					err := h.VerifyNothing(ctx, pin)
					if waited := time.Since(begun); waited != test.want || !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("waited %v: %v", waited, err)
					}
					test.want += min(test.deadline-test.want, 10*time.Second)
				}
				close(keys.open)
				if err := <-first; err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestHasherHeedsTheContext(t *testing.T) {
	h := hasher(t, hash.Config{})
	kept := hashed(t, h, pin)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 {
		if _, _, err := h.Verify(ended, kept, pin); !errors.Is(err, context.Canceled) {
			t.Errorf("Verify: %v", err)
		}
		if _, err := h.Hash(ended, pin); !errors.Is(err, context.Canceled) {
			t.Errorf("Hash: %v", err)
		}
		check.Is(t, h.VerifyNothing(ended, pin), context.Canceled)
	}
}

func FuzzVerify(f *testing.F) {
	h := hasher(f, hash.Config{})
	f.Add(string(hashed(f, h, pin)))
	f.Add("$hmac-argon2id$v=19$m=4294967295,t=4294967295,p=255,k=2026a$AAAAAAAAAAAAAAAAAAAAAA$AAAA")
	f.Add("$hmac-argon2id$v=19$m=8,t=1,p=1,k=2026a$$")
	f.Add("$$$$$$$$")
	f.Add("")
	f.Fuzz(func(t *testing.T, kept string) {
		ended, cancel := context.WithCancel(t.Context())
		cancel() // only what comes before the cost is of interest
		match, _, err := h.Verify(ended, hash.Hash(kept), pin)
		if match || err == nil {
			t.Fatalf("match %t, %v", match, err)
		}
		known := errors.Is(err, hash.ErrMalformed) || errors.Is(err, secret.ErrUnknownKey) || errors.Is(err, context.Canceled)
		if !known {
			t.Fatal(err)
		}
	})
}

// BenchmarkVerify measures PIN checks at the costs of service with 64 callers at once, and
// the most memory that the process held meanwhile.
func BenchmarkVerify(b *testing.B) {
	const callers = 64
	h := hasher(b, hash.Config{Params: hash.DefaultParams()})
	kept := hashed(b, h, pin)
	peak := watchMemory(b)
	var begun atomic.Int64
	var group sync.WaitGroup
	b.ResetTimer()
	for range callers {
		group.Go(func() {
			for begun.Add(1) <= int64(b.N) {
				if match, _, err := h.Verify(b.Context(), kept, pin); !match || err != nil {
					b.Error(match, err)
				}
			}
		})
	}
	group.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "checks/s")
	b.ReportMetric(float64(peak())/(1<<20), "peak-MiB")
}

// watchMemory samples the memory that the process has from the system, less what it gave
// back, and returns a function that ends this and answers the most.
func watchMemory(b *testing.B) func() uint64 {
	b.Helper()
	done, most := make(chan struct{}), make(chan uint64)
	go func() {
		samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
		ticker := time.NewTicker(time.Millisecond)
		defer ticker.Stop()
		var peak uint64
		for {
			metrics.Read(samples)
			peak = max(peak, samples[0].Value.Uint64()-samples[1].Value.Uint64())
			select {
			case <-ticker.C:
			case <-done:
				most <- peak
				return
			}
		}
	}()
	return func() uint64 {
		close(done)
		return <-most
	}
}

// hasher makes a hasher, a cheap one unless config has parameters.
func hasher(t testing.TB, config hash.Config) *hash.Hasher {
	t.Helper()
	if config.Keys == nil {
		config.Keys = testkit.Keys("2026a")
	}
	if config.Params == (hash.Params{}) {
		config.Params = testkit.Cheap()
	}
	h, err := hash.New(config)
	check.OK(t, err)
	return h
}
