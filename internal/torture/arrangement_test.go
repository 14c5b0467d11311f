package torture

import (
	"testing"

	"updatecenter/internal/redistest"
)

// An arrangement is a Redis of one of the kinds that a REDIS_URL can name.
type arrangement struct {
	kind    string // as in the table
	url     string
	servers []*redistest.Server // that can be stopped
	pairs   []*redistest.Pair   // of those that can fail over
}

// The kinds of Redis.
func single(t testing.TB) arrangement {
	s := redistest.Start(t)
	return arrangement{kind: "single", url: s.URL(), servers: []*redistest.Server{s}}
}

func sentinel(t testing.TB) arrangement {
	return replicated("sentinel", redistest.StartReplicatedSentinel(t))
}

func cluster(t testing.TB) arrangement {
	return replicated("cluster", redistest.StartReplicatedCluster(t))
}

func replicated(kind string, r *redistest.Replicated) arrangement {
	a := arrangement{kind: kind, url: r.URL, pairs: r.Pairs}
	for _, p := range r.Pairs {
		a.servers = append(a.servers, p.Master)
	}
	return a
}

// kinds are all of them, with the share of an experiment's work that is done on each; in the short
// form the first alone is used.
var kinds = []struct {
	name  string
	start func(testing.TB) arrangement
	share float64
}{{"single", single, 0.5}, {"sentinel", sentinel, 0.25}, {"cluster", cluster, 0.25}}

// onEach runs an experiment on each kind of Redis, with its share of so many faults.
func onEach(t *testing.T, short, long int, experiment func(t *testing.T, a arrangement, faults int)) {
	for i, kind := range kinds {
		if i > 0 && !Long() {
			return
		}
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			experiment(t, kind.start(t), Times(short, int(float64(long)*kind.share)))
		})
	}
}
