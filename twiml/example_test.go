package twiml_test

import (
	"errors"
	"fmt"

	"updatecenter/twiml"
)

func ExampleParse() {
	_, err := twiml.Parse([]byte(`<Response><Gather finishOnKey="stop"/></Response>`))
	var fault *twiml.ParseError
	if errors.As(err, &fault) {
		fmt.Println(fault.Code, fault.Element)
	}
	// Output: 13310 Gather
}
