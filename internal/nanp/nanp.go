// Package nanp reads and writes the telephone numbers of the North American Numbering
// Plan: the United States, Canada and the countries that share their country code 1.
//
// A [Number] is held in one form only, E.164 ("+16125550142"), so that two Numbers are the
// same line exactly when they are the same string. [Parse] takes the ways in which people,
// customer files and telephone exchanges write a number, and refuses everything else: short
// codes such as 911, other countries, names such as "anonymous".
//
// The shape NPA-NXX-XXXX, with N from 2 to 9, and the reservation of N11 for service codes
// are those of the plan's administrator (https://www.nanpa.com). Whether an area code is in
// use today is not checked: that changes, and a file of customers should not go stale.
package nanp

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNotNANP is wrapped by every refusal of [Parse]; the text around it gives the reason,
// and never what was written.
var ErrNotNANP = errors.New("not a North American telephone number")

// A Number is a telephone number in E.164, "+1" and ten digits, and prints so. The zero
// value "" is no number. Other values come from [Parse] alone.
type Number string

const (
	maxBytes = 32             // the longest form that Parse takes has 18
	length   = len("+1") + 10 // of a Number that is one
)

// Parse reads a number of ten digits, written together or in groups of three, three and
// four with at most one space, hyphen or full stop between them, the area code in
// parentheses or not, and 1 or +1 before it or not: 6125550142, 612-555-0142,
// (612) 555-0142, +1 612 555 0142. Nothing may stand before or after it.
//
// Area code and exchange begin with 2 to 9, and an area code doesn't end in 11. An exchange
// may: toll-free numbers have such (800-311-...). More than 32 bytes are not looked at.
// Every error is [ErrNotNANP].
func Parse(s string) (Number, error) {
	if len(s) > maxBytes {
		return "", fmt.Errorf("%w: longer than %d characters", ErrNotNANP, maxBytes)
	}
	area, exchange, station, ok := split(s)
	if !ok {
		return "", fmt.Errorf("%w: want ten digits, with or without +1", ErrNotNANP)
	}
	if fault := areaFault(area); fault != "" {
		return "", fmt.Errorf("%w: %s", ErrNotNANP, fault)
	}
	if exchange[0] < '2' {
		return "", fmt.Errorf("%w: an exchange begins with 2 to 9", ErrNotNANP)
	}
	return Number("+1" + area + exchange + station), nil
}

// IsAreaCode says whether s is three digits that can be an area code, "612".
func IsAreaCode(s string) bool {
	return len(s) == 3 && strings.Trim(s, "0123456789") == "" && areaFault(s) == ""
}

// areaFault says why three digits can't be an area code; "" if they can.
func areaFault(digits string) string {
	switch {
	case digits[0] < '2':
		return "an area code begins with 2 to 9"
	case digits[1:] == "11":
		return "an area code doesn't end in 11"
	}
	return ""
}

// AreaCode returns the first three digits of the ten, "612"; of no number, "".
func (n Number) AreaCode() string {
	if len(n) != length {
		return ""
	}
	return string(n[2:5])
}

// National returns the ten digits, "6125550142"; of no number, "".
func (n Number) National() string {
	if len(n) != length {
		return ""
	}
	return string(n[2:])
}

// Display returns the number as people write it, "612-555-0142"; of no number, "".
func (n Number) Display() string {
	if len(n) != length {
		return ""
	}
	return string(n[2:5] + "-" + n[5:8] + "-" + n[8:])
}

// UnmarshalText reads a Number with [Parse], for settings and JSON. Empty text is no number.
func (n *Number) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*n = ""
		return nil
	}
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*n = parsed
	return nil
}
