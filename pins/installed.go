package pins

import (
	"errors"
	"fmt"
	"math/bits"
	"strings"
)

// Feature names a calling feature that can be installed on a line. What a customer can set up
// of it is the business of package features.
type Feature string

// The calling features, in the order in which they are offered (the operator's feature sheets).
const (
	NoSolicitation          Feature = "no-solicitation"
	SecurityScreen          Feature = "security-screen"
	DoNotDisturb            Feature = "do-not-disturb"
	DialLock                Feature = "dial-lock"
	CallRejection           Feature = "call-rejection"
	SelectiveCallForwarding Feature = "selective-call-forwarding"
)

// AllFeatures are all of them, in that order.
var AllFeatures = [...]Feature{
	NoSolicitation, SecurityScreen, DoNotDisturb, DialLock, CallRejection, SelectiveCallForwarding,
}

// ErrFeature is said of a name that is no calling feature's.
var ErrFeature = errors.New("not a calling feature")

// Features is a set of calling features: those that are installed on a line.
type Features struct{ bits uint8 }

// FeaturesOf returns the set of these. A name that is none is left out.
func FeaturesOf(all ...Feature) Features {
	var set Features
	for _, f := range all {
		set.bits |= f.bit()
	}
	return set
}

// ParseFeatures reads names separated by spaces, in any order; none is the empty set. The
// error is [ErrFeature], and quotes nothing.
func ParseFeatures(names string) (Features, error) {
	var set Features
	for name := range strings.FieldsSeq(names) {
		bit := Feature(name).bit()
		if bit == 0 {
			return Features{}, ErrFeature
		}
		set.bits |= bit
	}
	return set, nil
}

// Has says whether the set has a feature.
func (s Features) Has(f Feature) bool { return s.bits&f.bit() != 0 }

// Equal says whether two sets have the same features, as == does; for comparing what holds
// a set.
func (s Features) Equal(other Features) bool { return s == other }

// Len is how many features the set has.
func (s Features) Len() int { return bits.OnesCount8(s.bits) }

// List returns the features in the order of [AllFeatures].
func (s Features) List() []Feature {
	all := []Feature{}
	for _, f := range AllFeatures {
		if s.Has(f) {
			all = append(all, f)
		}
	}
	return all
}

// String returns the names as [ParseFeatures] reads them, in the order of [AllFeatures].
func (s Features) String() string {
	var names []string
	for _, f := range s.List() {
		names = append(names, string(f))
	}
	return strings.Join(names, " ")
}

// MarshalText writes what String returns.
func (s Features) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is [ParseFeatures].
func (s *Features) UnmarshalText(text []byte) error {
	set, err := ParseFeatures(string(text))
	if err != nil {
		return fmt.Errorf("read features: %w", err)
	}
	*s = set
	return nil
}

func (f Feature) bit() uint8 {
	for i, known := range AllFeatures {
		if f == known {
			return 1 << i
		}
	}
	return 0
}
