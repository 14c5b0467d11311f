package dispatch

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

const whsec = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// The vector that the convention's own libraries are tested with.
func TestSignatureOfThePublishedVector(t *testing.T) {
	signer, err := newSigner(secret.New(whsec))
	check.OK(t, err)
	p := &poster{Config{URL: "https://switch.example.com/", Now: func() time.Time { return time.Unix(1614265330, 999) }}, signer}
	request, err := p.request(t.Context(), "msg_p5jXN8AQM9LWM0D4loKWxJek", []byte(`{"test": 2432232314}`))
	check.OK(t, err)
	for name, want := range map[string]string{
		"webhook-id":        "msg_p5jXN8AQM9LWM0D4loKWxJek",
		"webhook-timestamp": "1614265330",
		"webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
		"Content-Type":      "application/json",
		"User-Agent":        "updatecenter",
	} {
		if got := request.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestCheckURL(t *testing.T) {
	for _, good := range []string{
		"https://switch.example.com", "https://switch.example.com:8443/events?a=b", "https://10.0.0.1/",
		"http://localhost:9000/x", "http://127.0.0.1:9000", "http://127.8.9.1/", "http://[::1]:80/",
	} {
		if err := CheckURL(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "https://", "https:///path", "http://switch.example.com", "http://10.0.0.1/", "http://0.0.0.0/",
		"http://localhost.example.com/", "http://127.0.0.1.example.com/", "//switch.example.com", "switch.example.com",
		"ftp://localhost/", "https://user:pass@switch.example.com/", "https://switch.example.com/#x", "https://a b/",
		"https://switch.example.com/%zz",
	} {
		if err := CheckURL(bad); !errors.Is(err, ErrURL) {
			t.Errorf("%s: error %v, want ErrURL", bad, err)
		}
	}
}

func TestCheckSecret(t *testing.T) {
	for size, want := range map[int]error{0: ErrSecret, 23: ErrSecret, 24: nil, 64: nil, 65: ErrSecret} {
		text := "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, size))
		if err := CheckSecret(secret.New(text)); !errors.Is(err, want) {
			t.Errorf("%d bytes: error %v, want %v", size, err, want)
		}
	}
	for _, bad := range []string{"", "whsec_", strings.TrimPrefix(whsec, "whsec_"), whsec + "!", "WHSEC_" + whsec[6:]} {
		if err := CheckSecret(secret.New(bad)); !errors.Is(err, ErrSecret) {
			t.Errorf("%q: error %v, want ErrSecret", bad, err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	good := Config{URL: "https://switch.example.com", Secret: secret.New(whsec)}
	if _, err := New(good); err != nil {
		t.Fatal(err)
	}
	address, key := good, good
	address.URL = "http://topsecret.example.com/"
	key.Secret = secret.New("whsec_topsecret")
	for _, tt := range []struct {
		config Config
		want   error
	}{{address, ErrURL}, {key, ErrSecret}} {
		_, err := New(tt.config)
		check.Is(t, err, tt.want)
		if strings.Contains(err.Error(), "topsecret") {
			t.Errorf("the error quotes: %v", err)
		}
	}
}

func TestDelays(t *testing.T) {
	for failures, want := range map[int]time.Duration{
		1: time.Second, 2: 2 * time.Second, 3: 4 * time.Second, 9: 256 * time.Second,
		10: 5 * time.Minute, 11: 5 * time.Minute, 1 << 30: 5 * time.Minute,
	} {
		for range 50 {
			if got := delayAfter(failures, mostAway); got > want || got < want*3/4 {
				t.Fatalf("after %d failures: %v, want about %v", failures, got, want)
			}
		}
	}
}

func TestUsable(t *testing.T) {
	for id, want := range map[string]bool{
		"evt_0123456789abcdef0123456789abcdef": true, strings.Repeat("a", 128): true,
		"": false, strings.Repeat("a", 129): false, "a.b": false, "a b": false, "a\r\nb": false, "é": false, "\x7f": false,
	} {
		if got := usable(id); got != want {
			t.Errorf("%q: %t", id, got)
		}
	}
}

func TestTroublesForgetWhatOthersTookOver(t *testing.T) {
	tr := &troubles{partitions: map[string]trouble{}}
	now := time.Date(2031, 3, 4, 5, 6, 7, 0, time.UTC)
	since := now.Add(-time.Hour)
	tr.failed("a", since, now, now, mostRefused)
	tr.failed("b", now, now, now, mostRefused)
	if got := tr.oldest(now); !got.Equal(since) {
		t.Errorf("the oldest is of %v", got)
	}
	tr.over("a")
	if got := tr.oldest(now); !got.Equal(now) {
		t.Errorf("the oldest is of %v", got)
	}
	if got := tr.oldest(now.Add(handedOver + 2*time.Second)); !got.IsZero() || len(tr.partitions) != 0 {
		t.Errorf("%d partitions are known, the oldest of %v", len(tr.partitions), got)
	}
}

func TestReceiverCountsAFailureOnce(t *testing.T) {
	r := &receiver{}
	now := time.Date(2031, 3, 4, 5, 6, 7, 0, time.UTC)
	must := func(at time.Time) try {
		t.Helper()
		begun, may := r.begin(at)
		if !may {
			t.Fatal("no attempt may be made")
		}
		return begun
	}
	one, two, three := must(now), must(now), must(now)
	if got := r.end(one, result{outcome: away}, now); got != wentAway {
		t.Errorf("first failure: %v", got)
	}
	if got := r.end(two, result{outcome: away}, now); got != asBefore || r.failures != 1 {
		t.Errorf("second one, under way with it: %v, %d failures", got, r.failures)
	}
	if got := r.end(three, result{outcome: delivered}, now); got != asBefore || r.failures != 1 {
		t.Errorf("a success that was overtaken: %v, %d failures", got, r.failures)
	}
	if _, may := r.begin(now); may {
		t.Error("an attempt may be made before the delay is over")
	}
	probe := must(now.Add(time.Second))
	if _, may := r.begin(now.Add(time.Hour)); may {
		t.Error("two probes may be made at once")
	}
	if got := r.end(probe, result{outcome: gaveUp}, now); got != asBefore || r.failures != 1 {
		t.Errorf("a probe given up: %v, %d failures", got, r.failures)
	}
	if got := r.end(must(now.Add(time.Second)), result{outcome: refused}, now); got != cameBack {
		t.Errorf("a probe that is refused: %v", got)
	}
	must(now)
	must(now)
}
