package pins

import (
	"errors"

	"updatecenter/internal/nanp"
)

// ErrNoAreaCode is said of what is not three digits that could be an area code.
var ErrNoAreaCode = errors.New("not a North American area code")

// AccessNumber returns the toll-free number by which the lines of an area code, "612", are
// reached from any telephone: 888-(area code)-8052, with a few exceptions (the operator's
// help pages). It is the line's area code that counts, not the caller's.
func AccessNumber(areaCode string) (nanp.Number, error) {
	if !nanp.IsAreaCode(areaCode) {
		return "", ErrNoAreaCode
	}
	return nanp.Number("+1888" + accessExchange(areaCode) + "8052"), nil
}

func accessExchange(areaCode string) string {
	switch areaCode {
	case "763", "952": // Minnesota
		return "612"
	case "641": // Iowa
		return "515"
	case "928": // Arizona
		return "520"
	case "971": // Oregon
		return "503"
	case "458": // Oregon
		return "541"
	}
	return areaCode
}
