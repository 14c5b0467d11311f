package twiml

import "fmt"

// The numbers under which Twilio's console shows what is wrong with a document
// (https://www.twilio.com/docs/api/errors, each at the end of that address).
const (
	CodeTooLarge        = 11750 // larger than MaxDocument
	CodeEmpty           = 11770 // no document at all
	CodeXML             = 12100 // not well-formed
	CodeRoot            = 12102 // the root is not Response
	CodeSchema          = 12200 // an element, attribute, value or text out of place
	CodeDialMethod      = 13210
	CodeDialTimeout     = 13212
	CodeDialCallerID    = 13214
	CodeDialNested      = 13215 // something other than Number or Sip in Dial
	CodeDialNumber      = 13223 // not a telephone number
	CodeDialSIP         = 13243 // not a SIP address
	CodeFinishOnKey     = 13310
	CodeGatherMethod    = 13312
	CodeGatherTimeout   = 13313
	CodeGatherNumDigits = 13314
	CodeGatherNested    = 13320 // something other than Say, Play or Pause in Gather
	CodePlayLoop        = 13410
	CodeSayLoop         = 13510
	CodeSayText         = 13520 // empty, or longer than MaxSay
	CodeRedirectMethod  = 13710
	CodePauseLength     = 13910
)

// A ParseError says what is wrong with a document, and where. It quotes names of elements
// and attributes, but neither values nor spoken text.
type ParseError struct {
	Code    int    // of Twilio's console, one of the Code constants
	Line    int    // in the document, from 1
	Element string // in which the fault was found, such as "Gather"; empty: outside any
	Problem string
	Err     error // of the XML layer; nil where the XML is well-formed
}

// Error tells the line, the element, the problem and the number.
func (e *ParseError) Error() string {
	place := ""
	if e.Element != "" {
		place = fmt.Sprintf("<%.32s>: ", e.Element)
	}
	return fmt.Sprintf("parse TwiML: line %d: %s%s (Twilio error %d)", e.Line, place, e.Problem, e.Code)
}

// Unwrap gives the error of the XML layer, if there is one.
func (e *ParseError) Unwrap() error { return e.Err }
