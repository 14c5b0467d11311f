// Package proxied tells where a request came from, through the proxies in front of the server.
package proxied

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Networks are where the proxies are that are believed what they say in X-Forwarded-For. None:
// nobody is believed.
type Networks []netip.Prefix

// Client is the address of whoever made the request; "" if it can't be told. Only what proxies of
// these networks have added to X-Forwarded-For counts: what stands before it may be anybody's
// invention.
func (n Networks) Client(r *http.Request) string {
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	nearest := remote.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for n.has(nearest) && len(hops) > 0 {
		said, err := netip.ParseAddr(strings.TrimSpace(hops[len(hops)-1]))
		if err != nil {
			break
		}
		nearest, hops = said.Unmap().WithZone(""), hops[:len(hops)-1]
	}
	return nearest.String()
}

func (n Networks) has(address netip.Addr) bool {
	return slices.ContainsFunc(n, func(network netip.Prefix) bool { return network.Contains(address) })
}
