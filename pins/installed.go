package pins

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"unicode"

	"updatecenter/internal/rows"
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

// ErrFeature is said of a name that is no calling feature's. The text around it quotes the name, and
// lists what there is.
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

// ParseFeatures reads names in any order; none is the empty set. Case doesn't count, and between
// words and between names can stand spaces, dashes, underscores, commas, semicolons and the like.
// The error is [ErrFeature].
func ParseFeatures(names string) (Features, error) {
	var set Features
	words := strings.FieldsFunc(strings.ToLower(names), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for start := 0; start < len(words); {
		feature, count := featureAt(words[start:])
		if count == 0 {
			return Features{}, notAFeature(words[start:])
		}
		set.bits |= feature.bit()
		start += count
	}
	return set, nil
}

// featureAt returns the feature that the first words name, and how many these are; 0: none.
func featureAt(words []string) (Feature, int) {
	for _, feature := range AllFeatures {
		name := strings.Split(string(feature), "-")
		if len(words) >= len(name) && slices.Equal(words[:len(name)], name) {
			return feature, len(name)
		}
	}
	return "", 0
}

// notAFeature quotes the words up to those that name a feature.
func notAFeature(words []string) error {
	end := 1
	for end < len(words) {
		if _, count := featureAt(words[end:]); count > 0 {
			break
		}
		end++
	}
	var all []string
	for _, feature := range AllFeatures {
		all = append(all, string(feature))
	}
	name := strings.Join(words[:end], "-")
	return fmt.Errorf("%s is %w%s; want any of %s",
		rows.Quote(name), ErrFeature, rows.Suggest(name, all), strings.Join(all, ", "))
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

// UnmarshalText is [ParseFeatures]; its error is [ErrFeature] alone.
func (s *Features) UnmarshalText(text []byte) error {
	set, err := ParseFeatures(string(text))
	if err != nil {
		return fmt.Errorf("read features: %w", ErrFeature)
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
