package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/pins"
)

// demoSwitch stands for the operator's switch: it takes the events of changed features, as a
// receiver of an operator's own would, and tells of them in the terminal.
type demoSwitch struct {
	url    string
	secret secret.Text
	server *http.Server
	verify *standardwebhooks.Webhook
	out    io.Writer
}

// maxEvent bounds what the demo's switch reads, in bytes.
const maxEvent = 64 << 10

// startDemoSwitch listens on a port of its own.
func startDemoSwitch(ctx context.Context, out io.Writer) (*demoSwitch, error) {
	var key [32]byte
	if _, err := io.ReadFull(rand.Reader, key[:]); err != nil {
		return nil, fmt.Errorf("make a key for the switch: %w", err)
	}
	verify, err := standardwebhooks.NewWebhookRaw(key[:])
	if err != nil {
		return nil, fmt.Errorf("prepare the switch: %w", err)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the switch: %w", err)
	}
	s := &demoSwitch{
		url:    "http://" + listener.Addr().String() + "/events",
		secret: secret.New("whsec_" + base64.StdEncoding.EncodeToString(key[:])), verify: verify, out: out,
	}
	s.server = &http.Server{Handler: s, ReadTimeout: readTimeout}
	go func() {
		if err := s.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(out, "the switch of the demo has stopped:", err)
		}
	}()
	return s, nil
}

// heardEvent is what the switch reads of an event. A real one reads the code as well.
type heardEvent struct {
	Type features.EventType `json:"type"`
	Data struct {
		Number   nanp.Number       `json:"number"`
		Feature  pins.Feature      `json:"feature"`
		Settings features.Document `json:"settings"`
	} `json:"data"`
}

// ServeHTTP takes an event, if it is signed.
func (s *demoSwitch) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxEvent))
	if err != nil || s.verify.Verify(body, r.Header) != nil {
		http.Error(w, "not a signed event", http.StatusBadRequest)
		return
	}
	var event heardEvent
	if err := json.Unmarshal(body, &event); err != nil {
		http.Error(w, "not an event", http.StatusBadRequest)
		return
	}
	event.Data.Settings.Code = features.Part[secret.Text]{} // not for the terminal
	settings, err := json.Marshal(event.Data.Settings)
	if err != nil {
		http.Error(w, "not an event", http.StatusBadRequest)
		return
	}
	if event.Type == features.FeatureRemoved {
		settings = []byte("removed")
	}
	fmt.Fprintf(s.out, "%s  the switch heard: %s %s %s\n",
		time.Now().Format(time.TimeOnly), event.Data.Number.Display(), event.Data.Feature, settings)
	w.WriteHeader(http.StatusNoContent)
}

// Close stops the switch.
func (s *demoSwitch) Close() error { return s.server.Close() }
