package main

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/redistest"
)

// TestALiveCallIsSmall holds that a call under way takes no more than 600 bytes in Redis, after any of its turns.
func TestALiveCallIsSmall(t *testing.T) {
	server := redistest.Start(t)
	s := newStage(t, server, nil)
	p, client := newPoster(t, s.app.handler), redis.NewClient(must(redis.ParseURL(server.DirectURL()))(t))
	defer client.Close()
	const call = "CA0123456789abcdef0123456789abcdef"
	p.postAll(t, incomingCalls([]string{call}), 1)
	for turn := range 3 {
		if turn > 0 {
			silence := newWebhook(fmt.Sprintf("/voice/turn/%d?lang=en", turn), call, url.Values{"Digits": {""}, "msg": {"Gather End"}})
			p.postAll(t, []webhook{silence}, 1)
		}
		size := client.MemoryUsage(t.Context(), "uc:call:{"+call+"}").Val()
		if t.Logf("%d bytes after turn %d", size, turn); size == 0 || size > 600 {
			t.Errorf("%d bytes after turn %d", size, turn)
		}
	}
}
