package main

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"updatecenter/internal/redisstore"
)

// What the metrics tell of Redis, as it was looked at last. There is a series of redisInfo for each
// server at most.
var (
	redisUp = prometheus.NewDesc("updatecenter_redis_up", "1 while Redis answers and takes writes.", nil, nil)
	redisIs = prometheus.NewDesc("updatecenter_redis_info", "Redis servers that hold data, by what they are like.",
		[]string{"version", "persistence", "maxmemory_policy"}, nil)
	redisLimit    = prometheus.NewDesc("updatecenter_redis_maxmemory_bytes", "The lowest memory limit of a Redis server; 0: none has one.", nil, nil)
	redisUsed     = prometheus.NewDesc("updatecenter_redis_memory_used_bytes", "Memory that the Redis servers use, together.", nil, nil)
	redisReplicas = prometheus.NewDesc("updatecenter_redis_replicas", "The fewest replicas of a Redis server.", nil, nil)
	redisRights   = prometheus.NewDesc("updatecenter_redis_rights_missing", "Rights that the user of Redis lacks.", nil, nil)
	redisUnsure   = prometheus.NewDesc("updatecenter_changes_unsure_total", "Writes, several for some changes, that were made and may not last, as what DURABILITY asks for could not be had in time.", nil, nil)
	redisFinding  = prometheus.NewDesc("updatecenter_redis_finding", "Redis servers by which data can be lost, by how.", []string{"finding"}, nil)
)

// Describe implements [prometheus.Collector].
func (w *redisWatch) Describe(to chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{redisUp, redisIs, redisLimit, redisUsed, redisReplicas, redisRights, redisUnsure, redisFinding} {
		to <- desc
	}
}

// Collect implements [prometheus.Collector]. It asks Redis nothing.
func (w *redisWatch) Collect(to chan<- prometheus.Metric) {
	w.mu.Lock()
	defer w.mu.Unlock()
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	up := 0.0
	if w.away.IsZero() {
		up = 1
	}
	gauge(redisUp, up)
	gauge(redisRights, float64(len(w.missing)))
	to <- prometheus.MustNewConstMetric(redisUnsure, prometheus.CounterValue, float64(w.unsure.Load()))
	kinds, findings := map[[3]string]int{}, make(map[redisstore.Finding]int, len(redisstore.Findings))
	var limit, used int64
	replicas := 0
	for i, s := range w.servers {
		kinds[[3]string{label(s.Version), persistence(s), label(s.Eviction)}]++
		for _, finding := range s.Findings() {
			findings[finding]++
		}
		used += max(s.Memory, 0)
		if s.MaxMemory > 0 && (limit == 0 || s.MaxMemory < limit) {
			limit = s.MaxMemory
		}
		if i == 0 || s.Replicas < replicas {
			replicas = s.Replicas
		}
	}
	for kind, n := range kinds {
		gauge(redisIs, float64(n), kind[:]...)
	}
	for finding := range redisstore.Findings {
		gauge(redisFinding, float64(findings[finding]), string(finding))
	}
	gauge(redisLimit, float64(limit))
	gauge(redisUsed, float64(used))
	gauge(redisReplicas, float64(max(replicas, 0)))
}

// label bounds what a server says of itself.
func label(text string) string {
	const longest = 32
	if text == "" {
		return "unknown"
	}
	return strings.ToValidUTF8(text[:min(len(text), longest)], "?")
}
