package redisstore

import (
	"context"
	"net"
	"net/url"
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
