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
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"updatecenter/internal/features"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/tickets"
	"updatecenter/pins"
)

// demoSwitch stands for the operator's systems: it takes the events of lines, as a receiver of an operator's own would,
// tells of them in the terminal, and says by the API what came of service tests.
type demoSwitch struct {
	url    string
	api    string // the URL of the server
	secret secret.Text
	server *http.Server
	verify *standardwebhooks.Webhook
	out    io.Writer
}

// maxEvent bounds what the demo's switch reads, in bytes.
const maxEvent = 64 << 10

// testTakes is how long a service test takes in the demo.
const testTakes = 10 * time.Second

// startDemoSwitch listens on a port of its own, for a server at a URL.
func startDemoSwitch(ctx context.Context, out io.Writer, api string) (*demoSwitch, error) {
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
		url: "http://" + listener.Addr().String() + "/events", api: api,
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

// receivedEvent is what the switch reads of an event of a feature. A real one reads the code as well.
type receivedEvent struct {
	Type features.EventType `json:"type"`
	Data struct {
		Number   nanp.Number       `json:"number"`
		Feature  pins.Feature      `json:"feature"`
		Settings features.Document `json:"settings"`
	} `json:"data"`
}

// receivedOfTicket is what it reads of one of a repair ticket.
type receivedOfTicket struct {
	Type tickets.EventType `json:"type"`
	Data tickets.EventData `json:"data"`
}

// ServeHTTP takes an event, if it is signed.
func (s *demoSwitch) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxEvent))
	if err != nil || s.verify.Verify(body, r.Header) != nil {
		http.Error(w, "not a signed event", http.StatusBadRequest)
		return
	}
	number, what, err := s.take(body)
	if err != nil {
		http.Error(w, "not an event", http.StatusBadRequest)
		return
	}
	fmt.Fprintf(s.out, "%s  the switch heard: %s %s\n", time.Now().Format(time.TimeOnly), number.Display(), what)
	w.WriteHeader(http.StatusNoContent)
}

// take reads an event, and says what it tells. A service test that it asks for is made.
func (s *demoSwitch) take(body []byte) (number nanp.Number, what string, err error) {
	var of receivedOfTicket
	_ = json.Unmarshal(body, &of) // or it is one of a feature
	if of.Type.Known() {
		if of.Type == tickets.TestRequested {
			time.AfterFunc(testTakes, func() { s.endTest(of.Data.Test) })
		}
		event := tickets.Event{Type: of.Type, EventData: of.Data}
		return of.Data.Number, fmt.Sprintf("ticket %s %s", of.Data.Ticket, becameOfTicket(event)), nil
	}
	switch mailboxes.EventType(of.Type) {
	case mailboxes.PasswordReset:
		return of.Data.Number, "mailbox: its password was reset", nil
	case mailboxes.EmailReset:
		return of.Data.Number, "an e-mail address: its password was reset", nil
	}
	var event receivedEvent
	if err := json.Unmarshal(body, &event); err != nil {
		return "", "", err
	}
	event.Data.Settings.Code = features.Part[secret.Text]{} // not for the terminal
	settings, err := json.Marshal(event.Data.Settings)
	if event.Type == features.FeatureRemoved {
		settings = []byte("removed")
	}
	return event.Data.Number, fmt.Sprintf("%s %s", event.Data.Feature, settings), err
}

// endTest says that a service test has found no trouble.
func (s *demoSwitch) endTest(id string) {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	body := strings.NewReader(`{"result":"` + string(tickets.LineGood) + `"}`)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.api+"/v1/service-tests/"+id+"/result", body)
	if err == nil {
		request.Header.Set("Authorization", "Bearer "+demoKey)
		request.Header.Set("Content-Type", "application/json")
		var answer *http.Response
		if answer, err = http.DefaultClient.Do(request); err == nil {
			err = answer.Body.Close()
		}
		if err == nil && answer.StatusCode != http.StatusOK {
			err = errors.New(answer.Status)
		}
	}
	if err != nil {
		fmt.Fprintln(s.out, "the switch of the demo could not send the result of a service test:", err)
	}
}

// Close stops the switch.
func (s *demoSwitch) Close() error { return s.server.Close() }
