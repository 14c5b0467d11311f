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
	"regexp"
	"slices"
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

// written is a number as people write it.
var written = regexp.MustCompile(`^(?:\+?1[ .-]?)?(?:\(([0-9]{3})\)|([0-9]{3}))[ .-]?([0-9]{3})[ .-]?([0-9]{4})$`)

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
	groups := written.FindStringSubmatch(s)
	if groups == nil {
		return "", fmt.Errorf("%w: want ten digits, with or without +1", ErrNotNANP)
	}
	area, exchange, station := groups[1]+groups[2], groups[3], groups[4] // the area code in parentheses or not
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

// Destinations are the numbers that may be called: US and Canadian geographic numbers and toll-free
// ones, and those of the area codes that were listed besides. The zero value lists none.
//
// Calls to other numbers of the plan can cost dollars a minute, part of which goes to whoever has the
// number: that is how toll fraud earns. So what is not known to be geographic or toll-free is refused,
// area codes that are assigned later too, until somebody lists them.
type Destinations struct{ more []string }

// ErrNotCalled is what every [*DestinationError] is.
var ErrNotCalled = errors.New("a number that is not called")

// DestinationError says why a number is not called. It holds nothing of the number but its country.
type DestinationError struct{ Reason string }

// Error is such as "not called: it is a number of JM".
func (e *DestinationError) Error() string { return "not called: " + e.Reason }

// Unwrap returns [ErrNotCalled].
func (e *DestinationError) Unwrap() error { return ErrNotCalled }

// ParseDestinations reads what is called besides: area codes and countries of +1 by their two letters
// (ISO 3166-1), separated by commas, such as "PR, 340". 900 can't be listed, nor what is no area code.
func ParseDestinations(s string) (Destinations, error) {
	var d Destinations
	for item := range strings.SplitSeq(s, ",") {
		item = strings.ToUpper(strings.TrimSpace(item))
		switch {
		case item == "":
		case len(elsewhere[item]) > 0:
			d.more = append(d.more, elsewhere[item]...)
		case !IsAreaCode(item) || item == premium:
			return Destinations{}, errors.New("want area codes, other than 900, and countries of +1 such as PR, separated by commas")
		default:
			d.more = append(d.more, item)
		}
	}
	return d, nil
}

// Check says why a number is not called, in a [*DestinationError], or nil.
func (d Destinations) Check(n Number) error {
	if reason := d.refusal(n); reason != "" {
		return &DestinationError{reason}
	}
	return nil
}

func (d Destinations) refusal(n Number) string {
	if len(n) != length {
		return "it is no North American telephone number"
	}
	area, exchange := string(n[2:5]), string(n[5:8])
	switch {
	case strings.Contains(tollFree, area):
		return ""
	case area == premium, exchange == "976":
		return "it is a premium-rate number"
	case exchange[1:] == "11":
		return "it is a service code"
	case strings.Contains(geographic, area), slices.Contains(d.more, area):
		return ""
	}
	for country, areas := range elsewhere {
		if slices.Contains(areas, area) {
			return fmt.Sprintf("it is a number of %s, which CALL_DESTINATIONS does not list", country)
		}
	}
	return "its area code is not known to be a geographic one of the US or Canada, and CALL_DESTINATIONS does not list it"
}

const (
	premium  = "900"
	tollFree = "800 833 844 855 866 877 888"

	// geographic are the area codes of the US states and of Canada, from the metadata of
	// libphonenumber (https://github.com/google/libphonenumber) as of November 2026.
	geographic = `
201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 220 223 224 225 227 228 229
231 234 235 239 240 248 251 252 253 254 256 260 262 267 269 270 272 274 276 279 281 283 301 302
303 304 305 307 308 309 310 312 313 314 315 316 317 318 319 320 321 323 324 325 326 327 329 330
331 332 334 336 337 339 341 346 347 350 351 352 353 360 361 363 364 369 380 385 386 401 402 404
405 406 407 408 409 410 412 413 414 415 417 419 423 424 425 430 432 434 435 440 442 443 445 447
448 458 463 464 469 470 472 475 478 479 480 484 501 502 503 504 505 507 508 509 510 512 513 515
516 517 518 520 530 531 534 539 540 541 551 557 559 561 562 563 564 567 570 571 572 573 574 575
580 582 585 586 601 602 603 605 606 607 608 609 610 612 614 615 616 617 618 619 620 623 626 628
629 630 631 636 640 641 645 646 650 651 656 657 659 660 661 662 667 669 678 680 681 682 686 689
701 702 703 704 706 707 708 712 713 714 715 716 717 718 719 720 724 725 726 727 728 730 731 732
734 737 738 740 743 747 748 754 757 760 762 763 765 769 770 771 772 773 774 775 779 781 785 786
801 802 803 804 805 806 808 810 812 813 814 815 816 817 818 820 821 826 828 830 831 832 835 838
839 840 843 845 847 848 850 854 856 857 858 859 860 862 863 864 865 870 872 878 901 903 904 906
907 908 909 910 912 913 914 915 916 917 918 919 920 925 928 929 930 931 934 936 937 938 940 941
943 945 947 948 949 951 952 954 956 959 970 971 972 973 975 978 979 980 983 984 985 986 989
204 226 236 249 250 257 263 289 306 343 354 365 367 368 382 403 416 418 428 431 437 438 450 468
474 506 514 519 548 579 581 584 587 604 613 639 647 672 683 705 709 742 753 778 780 782 807 819
825 867 873 879 902 905 942
`
)

// elsewhere are the area codes of other countries and of US territories: these are destinations of
// their own at Twilio, with prices of their own.
var elsewhere = map[string][]string{
	"AG": {"268"}, "AI": {"264"}, "AS": {"684"}, "BB": {"246"}, "BM": {"441"}, "BS": {"242"}, "DM": {"767"},
	"DO": {"809", "829", "849"}, "GD": {"473"}, "GU": {"671"}, "JM": {"658", "876"}, "KN": {"869"}, "KY": {"345"},
	"LC": {"758"}, "MP": {"670"}, "MS": {"664"}, "PR": {"787", "939"}, "SX": {"721"}, "TC": {"649"}, "TT": {"868"},
	"VC": {"784"}, "VG": {"284"}, "VI": {"340"},
}
