package console

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"updatecenter/internal/repair"
	"updatecenter/internal/sse"
)

// followCall tells a page how the call of a validation goes, by server-sent events (WHATWG HTML,
// section 9.2): each is a JSON object with words and next; the last one is named "over".
func (c *Console) followCall(v *visit) error {
	validation, err := c.own(v)
	if err != nil {
		return err
	}
	if v.r.Method == http.MethodHead || !wantsStream(v.r.Header) {
		return refusing(http.StatusNotAcceptable, "This is no page", "It is what the page of a call follows.")
	}
	agent := v.session.Agent.ID
	if !c.streams.enter(agent) {
		return refusing(http.StatusServiceUnavailable, "Too many calls are followed at this moment",
			"Close other pages of calls, or refresh the page from time to time.")
	}
	defer c.streams.leave(agent)
	opened, err := sse.Open(v.w, maxStream, c.now())
	if err != nil {
		c.logBroken(v, err)
		return nil
	}
	if err := c.following(v, validation.ID).run(v.ctx(), &stream{Stream: opened}, validation); err != nil && v.ctx().Err() == nil {
		c.logBroken(v, err)
	}
	return nil
}

func (c *Console) following(v *visit, id repair.ID) follow {
	return follow{
		look: func(ctx context.Context) (repair.Validation, error) {
			return c.desk.Validation(ctx, v.who(), id)
		},
		signedIn: func(ctx context.Context) bool { return c.stillSignedIn(ctx, v) },
		now:      c.now, wait: c.wait, stopping: c.stopping,
	}
}

// stillSignedIn says whether the session goes on, and leaves it as it is: a page that only follows
// a call keeps no session alive. A store that does not answer ends the stream.
func (c *Console) stillSignedIn(ctx context.Context, v *visit) bool {
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	session, err := c.signIn.Look(ctx, v.token)
	return err == nil && !session.SetUp
}

// logBroken says that a stream broke off. The page can be refreshed.
func (c *Console) logBroken(v *visit, err error) {
	c.log.LogAttrs(v.ctx(), slog.LevelWarn, "stream of a call broke off", slog.Any("cause", err))
}

// wantsStream says whether a client asks for events, as an EventSource does.
func wantsStream(header http.Header) bool {
	return slices.ContainsFunc(header.Values("Accept"), func(value string) bool {
		return strings.Contains(value, sse.Type)
	})
}
