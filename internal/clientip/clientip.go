// Package clientip tells where a request came from, through the proxies in front of the server.
package clientip

import (
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
)

// Clients finds the addresses of clients. Any number of goroutines may use one.
type Clients struct {
	proxies []netip.Prefix
	log     *slog.Logger

	mu     sync.Mutex
	warned map[netip.Addr]bool // peers of which the log was told
}

// maxWarned bounds how many peers the log is told of, as anybody may send X-Forwarded-For.
const maxWarned = 16

// New returns Clients that believe proxies of those networks what they say in X-Forwarded-For, and
// nobody else. The log is told of others who send it; nil: nobody is told.
func New(proxies []netip.Prefix, log *slog.Logger) *Clients {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Clients{proxies: proxies, log: log, warned: map[netip.Addr]bool{}}
}

// Address is the address of whoever made the request; "" if it can't be told. Only what trusted
// proxies have added to X-Forwarded-For counts, from the right: what stands before it may be
// anybody's invention, and so is all before an entry that is no address.
func (c *Clients) Address(r *http.Request) string {
	nearest, ok := peer(r)
	if !ok {
		return ""
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for c.trusts(nearest) && len(hops) > 0 {
		said, ok := parseHop(strings.TrimSpace(hops[len(hops)-1]))
		if !ok {
			break
		}
		nearest, hops = said, hops[:len(hops)-1]
	}
	return nearest.String()
}

// Watch tells the log, once for each peer, of one that sends X-Forwarded-For and is not trusted.
// Until that is mended everybody behind it has the peer's address. It sees requests of all kinds,
// so that the log is told at the first one after the start.
func (c *Clients) Watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.Header["X-Forwarded-For"]) > 0 {
			if from, ok := peer(r); ok && !c.trusts(from) && c.first(from) {
				c.log.WarnContext(r.Context(), "requests come through a peer that sends X-Forwarded-For and is not in TRUSTED_PROXIES: "+
					"if it is a proxy, all clients behind it share its address, in limits and in the audit", slog.String("peer", from.String()))
			}
		}
		next.ServeHTTP(w, r)
	})
}

// first says whether the log is to be told of a peer.
func (c *Clients) first(from netip.Addr) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.warned[from] || len(c.warned) >= maxWarned {
		return false
	}
	c.warned[from] = true
	return true
}

func (c *Clients) trusts(address netip.Addr) bool {
	return slices.ContainsFunc(c.proxies, func(network netip.Prefix) bool { return network.Contains(address) })
}

// peer is the address of who has connected.
func peer(r *http.Request) (netip.Addr, bool) {
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	return plain(remote.Addr()), err == nil
}

// parseHop reads an entry as proxies write it: 192.0.2.7, 192.0.2.7:4711, 2001:db8::1,
// [2001:db8::1] or [2001:db8::1]:443.
func parseHop(written string) (netip.Addr, bool) {
	if with, err := netip.ParseAddrPort(written); err == nil {
		return plain(with.Addr()), true
	}
	inner, opened := strings.CutPrefix(written, "[")
	if inside, closed := strings.CutSuffix(inner, "]"); opened && closed {
		address, err := netip.ParseAddr(inside)
		return plain(address), err == nil && address.Is6()
	}
	address, err := netip.ParseAddr(written)
	return plain(address), err == nil
}

// plain writes an address in one way: IPv4 not in IPv6, and no zone, which is another on each machine.
func plain(address netip.Addr) netip.Addr { return address.Unmap().WithZone("") }
