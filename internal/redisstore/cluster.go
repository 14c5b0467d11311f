package redisstore

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

func cluster(u *url.URL, within time.Duration, clocks *clocks, failing alarm) (redis.UniversalClient, error) {
	o, err := redis.ParseClusterURL(u.String())
	if err != nil {
		return nil, ErrURL
	}
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = dialTime, within, within, within
	o.DialerRetries, o.MinRetryBackoff, o.MaxRetryBackoff = 1, retryPause, retryPause
	o.ContextTimeoutEnabled, o.DisableIdentity, o.Protocol = true, true, 2
	o.PipelinePoolSize = onePool
	o.MaintNotificationsConfig = quiet()
	o.NewClient = func(node *redis.Options) *redis.Client {
		node.OnConnect, node.Dialer = clocks.onConnect(node.Addr), failing.onDial(redis.NewDialer(node))
		return redis.NewClient(node)
	}
	return redis.NewClusterClient(o), nil
}

// reloadPause is how long it takes at least until the client asks again which node of a cluster has
// which slots.
const reloadPause = 500 * time.Millisecond

// followCluster has the client learn anew which node has which slots once something has failed, and
// again until all masters answer. By itself it asks once a minute, and when a node says MOVED, which a
// dead one doesn't.
func (db *DB) followCluster(ctx context.Context, client *redis.ClusterClient) {
	for wait(ctx, db.failing) {
		for {
			client.ReloadState(ctx)
			if !wait(ctx, time.After(reloadPause)) {
				return
			}
			if db.Ping(ctx) == nil {
				break
			}
		}
	}
}

// wait says whether something came before the context ended.
func wait[T any](ctx context.Context, what <-chan T) bool {
	select {
	case <-ctx.Done():
		return false
	case <-what:
		return true
	}
}

// An alarm can be set off any number of times before it is looked at.
type alarm chan struct{}

func newAlarm() alarm { return make(alarm, 1) }

func (a alarm) set() {
	select {
	case a <- struct{}{}:
	default:
	}
}

// onDial sets off the alarm when a node can't be reached.
func (a alarm) onDial(dial func(ctx context.Context, network, address string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		connection, err := dial(ctx, network, address)
		if err != nil {
			a.set()
		}
		return connection, err
	}
}

// lateLua is how a script of [newWrite] begins: it takes the last ARGV, the microsecond after which
// it must not act any more, by the clock of the server that runs it. Lua makes numbers of the texts.
const lateLua = `
do
	local now = redis.call('TIME')
	if now[1] * 1000000 + now[2] > ARGV[#ARGV] + 0 then return redis.error_reply('LATE nothing was changed') end
	ARGV[#ARGV] = nil
end
`

// isLate says whether a script of [newWrite] refused to act.
func isLate(err error) bool { return err != nil && redis.HasErrorPrefix(err, "LATE") }

// clocks tell what the clock of each server will show when a context ends. The clocks of servers may
// differ from ours by any time.
type clocks struct {
	began time.Time // monotonic: our own clock may be set as well
	ahead sync.Map  // by address: how many microseconds a server's clock is ahead of the time since began
}

func newClocks() *clocks { return &clocks{began: time.Now()} }

// micros is our time, in the microseconds since began.
func (c *clocks) micros(t time.Time) int64 { return t.Sub(c.began).Microseconds() }

// sample takes down what a server's clock showed at some moment between two of ours, and returns by how
// much it is ahead. That lies between two bounds; the lower one errs by the time that the answer took,
// and so the server refuses what it could not answer in time.
func (c *clocks) sample(address string, sent, received, shown time.Time) any {
	low, high := shown.UnixMicro()-c.micros(received), shown.UnixMicro()-c.micros(sent)
	if known, ok := c.ahead.Load(address); ok && low <= known.(int64) && known.(int64) <= high {
		return known // of a sample whose answer came sooner
	}
	c.ahead.Store(address, low)
	return low
}

// ask samples the clock of a server. It is one round trip.
func (c *clocks) ask(ctx context.Context, address string, server interface {
	Time(ctx context.Context) *redis.TimeCmd
}) (any, error) {
	sent := time.Now()
	shown, err := server.Time(ctx).Result()
	if err != nil {
		return nil, err
	}
	return c.sample(address, sent, time.Now(), shown), nil
}

// onConnect samples the clock of a server with each new connection to it, as another one may answer
// at its address after a fail-over. That a server refuses to tell the time is no error here. Without an
// answer the connection must not be used: the answer could come yet, and be taken for that of the next command.
func (c *clocks) onConnect(address string) func(context.Context, *redis.Conn) error {
	return func(ctx context.Context, connection *redis.Conn) error {
		if _, err := c.ask(ctx, address, connection); err != nil && !isReply(err) {
			return err
		}
		return nil
	}
}

// sampleEvery is how often the clocks of servers are sampled that something was written to.
const sampleEvery = 5 * time.Second

// sampleClocks samples the clocks that something was written by, and forgets those of servers that are gone.
func (db *DB) sampleClocks(ctx context.Context) {
	used := false
	db.clocks.ahead.Range(func(_, _ any) bool { used = true; return false })
	if !used {
		return
	}
	var seen sync.Map
	err := db.eachServer(ctx, func(ctx context.Context, server *redis.Client) error {
		address := server.Options().Addr
		seen.Store(address, true)
		if _, used := db.clocks.ahead.Load(address); used {
			_, _ = db.clocks.ask(ctx, address, server)
		}
		return nil
	})
	if err != nil {
		return
	}
	db.clocks.ahead.Range(func(address, _ any) bool {
		if _, is := seen.Load(address); !is {
			db.clocks.ahead.Delete(address)
		}
		return true
	})
}

// wayBack is the part of the time left that is kept for the answer.
const wayBack = 20

// A timer tells scripts of [newWrite] that one operation sends together until when they may act.
type timer struct {
	db     *DB
	server *redis.Client // of the command before
	until  any           // the microsecond, by its clock
}

// timed is a command that runs a script, as it is sent: one of [newWrite] is told until when it may
// act, by the clock of the server that has its first key. A server whose clock isn't known is asked
// first. What byHash has left room for in the command is written to, so nothing else may use that.
func (t *timer) timed(ctx context.Context, s script, command []any) ([]any, error) {
	if !s.write {
		return command, nil
	}
	server, err := t.db.serverOf(ctx, command)
	if err != nil {
		return nil, err
	}
	if server != t.server {
		ahead, err := t.db.ahead(ctx, server)
		if err != nil {
			return nil, err
		}
		ends, _ := ctx.Deadline()
		last := ends.Add(-time.Until(ends) / wayBack)
		t.server, t.until = server, t.db.clocks.micros(last)+ahead
	}
	return append(command, t.until), nil
}

// ahead is by how much the clock of a server is ahead, which is asked if that isn't known.
func (db *DB) ahead(ctx context.Context, server *redis.Client) (int64, error) {
	address := server.Options().Addr
	ahead, ok := db.clocks.ahead.Load(address)
	if !ok {
		var err error
		if ahead, err = db.clocks.ask(ctx, address, server); err != nil {
			return 0, err
		}
	}
	return ahead.(int64), nil
}

// forgetClock has the clock asked again that timed has used for a command.
func (db *DB) forgetClock(ctx context.Context, command []any) {
	if server, err := db.serverOf(ctx, command); err == nil {
		db.clocks.ahead.Delete(server.Options().Addr)
	}
}

// serverOf is the server that has the first key of a command. It is asked for nothing, but for the
// slots of a cluster the first time.
func (db *DB) serverOf(ctx context.Context, command []any) (*redis.Client, error) {
	switch client := db.client.(type) {
	case *redis.ClusterClient:
		key, _ := keyOf(command).(string)
		return client.MasterForKey(ctx, key)
	case *redis.Client:
		return client, nil
	}
	return nil, fmt.Errorf("unknown kind of client %T", db.client)
}
