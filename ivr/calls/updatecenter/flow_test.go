package updatecenter_test

import (
	"testing"

	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr/calls/updatecenter"
	"updatecenter/pins"
)

// TestDial78 checks the flow for PINs of one length and of several, with a desk to be put
// through to and without.
func TestDial78(t *testing.T) {
	one := pins.Policy{Temporary: secret.New("1234"), MinDigits: 4, MaxDigits: 4}
	several := pins.Policy{Temporary: secret.New("1234"), MinDigits: 4, MaxDigits: 8}
	for name, config := range map[string]updatecenter.Config{
		"one length":      {Policy: one, Repair: "+18005731311"},
		"several lengths": {Policy: several, Repair: "+18005731311", Transfer: "+16125550100"},
	} {
		t.Run(name, func(t *testing.T) {
			check.OK(t, updatecenter.Dial78(config).Check())
		})
	}
}
