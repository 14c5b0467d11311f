package features

import (
	"strings"

	"updatecenter/internal/nanp"
	"updatecenter/internal/typed"
)

// The digits of a number after its international prefix, the country code included: at most 15
// (ITU-T E.164); with fewer than 8 a digit was left out more likely than not, as subscribers'
// numbers that short are rare.
const (
	leastAbroad = 8
	mostAbroad  = 15
	maxKeyed    = 32 // bytes of a written number that are looked at
)

// ParseEntry reads an entry of the feature's list, as a caller keys it or an API client
// writes it: what typed.Number takes, and what the [ListRule] takes besides. An international
// number is written with 011 or + before 8 to 15 digits, of which the first are the country
// code. All numbers of a toll-free code are its three digits, "800"; 8XX for all such codes at
// once is not taken, each is an entry. The error is a [*Refusal]: NotANumber, Barred, or
// NotOfFeature where there is no list.
func (r Rule) ParseEntry(keyed string) (Entry, error) {
	if r.List == nil {
		return "", refuse(NotOfFeature)
	}
	keyed = typed.Fold(keyed)
	if isService(plainDigits(keyed)) || r.List.AreaCodes && (barredEntry(prefix(keyed)) || barredExchange(keyed)) {
		return "", refuse(Barred)
	}
	if number, err := typed.Number(keyed); err == nil {
		return Entry(number), nil
	}
	if digits := plainDigits(keyed); r.List.AreaCodes && isArea(digits) {
		return Entry(digits), nil
	}
	if r.List.International {
		return parseAbroad(keyed)
	}
	return "", refuse(NotANumber)
}

// ParseTarget reads a number to forward the line's calls to. The error is a [*Refusal]:
// NotANumber, Barred, OwnNumber, or NotOfFeature where nothing is forwarded.
func (r Rule) ParseTarget(line nanp.Number, keyed string) (nanp.Number, error) {
	if !r.Target {
		return "", refuse(NotOfFeature)
	}
	keyed = typed.Fold(keyed)
	if barredTarget(prefix(keyed)) {
		return "", refuse(Barred)
	}
	number, err := typed.Number(keyed)
	if err != nil {
		return "", refuse(NotANumber)
	}
	if number == line {
		return "", refuse(OwnNumber)
	}
	return number, nil
}

// barredEntry says whether no entry of Call Rejection may begin with these digits (the
// operator's feature sheet).
func barredEntry(three string) bool {
	switch three {
	case "000", "111", "211", "311", "411", "500", "511", "611", "711", "811", "900", "911", "950":
		return true
	}
	return false
}

// barredExchange says whether what is, or is meant to be, an area code with an exchange, or a
// number, has a service code for its exchange: who keys 612911 means 911. Toll-free numbers
// alone have such exchanges.
func barredExchange(keyed string) bool {
	digits := plainDigits(keyed)
	switch len(digits) {
	case 6, 10:
		return isService(digits[3:6]) && !tollFree(digits[:3])
	}
	return false
}

// isService says whether these are the three digits of a service code, 211 to 911 (the North
// American plan's N11).
func isService(digits string) bool {
	return len(digits) == 3 && digits[0] >= '2' && digits[1:] == "11"
}

// tollFree says whether an area code is toll-free, or kept for that (the North American plan's
// 8YY).
func tollFree(area string) bool {
	switch area {
	case "800", "822", "833", "844", "855", "866", "877":
		return true
	}
	return area[:2] == "88"
}

// barredTarget says whether nothing is forwarded to numbers that begin with these digits
// (the operator's feature sheet).
func barredTarget(three string) bool {
	switch three {
	case "211", "311", "411", "500", "511", "611", "700", "711", "800", "811", "822", "833", "844",
		"855", "866", "877", "880", "881", "882", "883", "884", "885", "886", "887", "888", "889",
		"900", "911", "950":
		return true
	}
	return false
}

// prefix returns the first three digits of what is, or is meant to be, an area code, one with
// an exchange, or a number; else nothing. It is less strict than [nanp.Parse], for which
// 911 is no area code: who keys it should hear that it is barred.
func prefix(keyed string) string {
	digits := plainDigits(keyed)
	switch len(digits) {
	case 3, 6, 10:
		return digits[:3]
	}
	return ""
}

// isArea takes an area code, or one with an exchange.
func isArea(digits string) bool {
	switch len(digits) {
	case 3:
		return nanp.IsAreaCode(digits)
	case 6:
		return nanp.IsAreaCode(digits[:3]) && digits[3] >= '2'
	}
	return false
}

// plainDigits returns the digits without separators, and without a 1 or +1 before ten of
// them; nothing if there is anything else.
func plainDigits(written string) string {
	if len(written) > maxKeyed {
		return ""
	}
	digits := unseparated(written)
	if len(digits) >= 11 {
		digits = strings.TrimPrefix(strings.TrimPrefix(digits, "+"), "1")
	}
	if !areDigits(digits) {
		return ""
	}
	return digits
}

// parseAbroad reads an international number.
func parseAbroad(keyed string) (Entry, error) {
	if len(keyed) > maxKeyed {
		return "", refuse(NotANumber)
	}
	written := unseparated(keyed)
	digits, plus := strings.CutPrefix(written, "+")
	if !plus {
		var prefixed bool
		if digits, prefixed = strings.CutPrefix(written, "011"); !prefixed {
			return "", refuse(NotANumber)
		}
	}
	if len(digits) < leastAbroad || len(digits) > mostAbroad || !areDigits(digits) || digits[0] == '0' {
		return "", refuse(NotANumber)
	}
	if digits[0] == '1' { // country code 1 is the North American plan
		number, err := nanp.Parse(digits)
		if err != nil {
			return "", refuse(NotANumber)
		}
		return Entry(number), nil
	}
	return Entry("+" + digits), nil
}

var separators = strings.NewReplacer(" ", "", "-", "", ".", "", "(", "", ")", "")

func unseparated(written string) string { return separators.Replace(written) }

func areDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
