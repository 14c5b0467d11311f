// Package sse sends server-sent events to a client (WHATWG HTML, section 9.2): it opens the
// stream, sends each piece of text on its way at once, and keeps the connection from being taken
// for dead. What an event says, and how it is written, is its users' business.
//
//	s, err := sse.Open(w, 10*time.Minute, now)
//	...
//	err = s.Send("data: {}\n\n", now)
//	err = s.Beat(now) // when there was nothing to send
package sse

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"time"
)

// Type is the media type of server-sent events.
const Type = "text/event-stream"

// HeartbeatEvery is for how long a stream says nothing at most, so that no proxy takes the
// connection for dead.
const HeartbeatEvery = 15 * time.Second

const (
	writeWithin   = 10 * time.Second // a client that takes none of what is written for so long is gone
	readsTogether = time.Minute      // by how much the connection may be read longer than a stream lasts
)

// A Stream writes events to one client. It serves one goroutine, that of the request.
type Stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	quiet   time.Time // since when nothing was sent
}

// Head writes the status and the headers of a stream, for a HEAD request too.
func Head(w http.ResponseWriter) {
	w.Header().Set("Content-Type", Type)
	w.Header().Set("X-Accel-Buffering", "no") // or nginx keeps events back until it has many
	w.WriteHeader(http.StatusOK)
}

// Open sends the head of a stream that lasts so long at most, and keeps the connection for it. now
// is the time by the clock that [Stream.Beat] goes by. The error is why the client can't be
// written to.
func Open(w http.ResponseWriter, lasts time.Duration, now time.Time) (*Stream, error) {
	s := &Stream{w: w, control: http.NewResponseController(w), quiet: now}
	Head(w)
	// When the time for reading a request is up, the server takes its client for gone.
	if err := supported(s.control.SetReadDeadline(time.Now().Add(lasts + readsTogether))); err != nil {
		return nil, fmt.Errorf("keep connection: %w", err)
	}
	if err := s.write(""); err != nil {
		return nil, err
	}
	return s, nil
}

// Send sends text, which holds whole events or comments, on its way at once. The error is
// why the client, which has 10 seconds, did not take it.
func (s *Stream) Send(text string, now time.Time) error {
	s.quiet = now
	return s.write(text)
}

// Beat sends a comment if nothing was sent for [HeartbeatEvery].
func (s *Stream) Beat(now time.Time) error {
	if now.Sub(s.quiet) < HeartbeatEvery {
		return nil
	}
	return s.Send(": nothing new\n\n", now)
}

func (s *Stream) write(text string) error {
	if err := supported(s.control.SetWriteDeadline(time.Now().Add(writeWithin))); err != nil {
		return fmt.Errorf("extend time to write: %w", err)
	}
	if _, err := s.w.Write([]byte(text)); err != nil {
		return fmt.Errorf("write events: %w", err)
	}
	if err := s.control.Flush(); err != nil {
		return fmt.Errorf("send events: %w", err)
	}
	return nil
}

// supported leaves away that a connection has no deadlines, such as those of tests.
func supported(err error) error {
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}

// Wanted says whether a client names the type of server-sent events. One that takes anything gets
// what ends by itself.
func Wanted(header http.Header) bool {
	for _, value := range header.Values("Accept") {
		for accepted := range strings.SplitSeq(value, ",") {
			if media, _, err := mime.ParseMediaType(accepted); err == nil && media == Type {
				return true
			}
		}
	}
	return false
}

// Stops says whether a server is about to stop, which closes that channel; nil: it never is.
func Stops(stopping <-chan struct{}) bool {
	select {
	case <-stopping:
		return true
	default:
		return false
	}
}

// Wait passes the time between two looks for what there is to send, by the machine's clock. It ends
// early, with the context's error, when the context does.
func Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
