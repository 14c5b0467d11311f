package helpline_test

import (
	"errors"
	"strings"
	"testing"

	"updatecenter/internal/nanp"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr/calls/helpline"
)

// The flow holds together with the standard directory, whether callers can be put through or not.
func TestFlow(t *testing.T) {
	for _, callerID := range []nanp.Number{"", "+16125550100"} {
		c := helpline.Config{Directory: helpline.StandardDirectory(), Person: "+18005731311", CallerID: callerID}
		check.OK(t, helpline.Flow(c).Check())
	}
}

const whole = `topic;english;spanish;number;transfer
person;a person;una persona;;yes
repair;repair;reparaciones;;yes
online-account;accounts;cuentas;;no
email;e-mail;correo;;no
voice-mail;voice mail;buzón de voz;;no
long-distance;long distance;larga distancia;800-860-2255;yes
tv;television;televisión;;no
antivirus;antivirus;antivirus;;no
`

func TestReadDirectory(t *testing.T) {
	for name, c := range map[string]struct {
		rows string
		want []string // in the error; none: there is none
	}{
		"whole":                     {"other;DIRECTV;DIRECTV;800-531-5000;no\n", nil},
		"no service of others":      {"", []string{"topic other: want 1 to 12 rows, not 0"}},
		"a topic twice":             {"repair;more;más;;yes\nother;DIRECTV;DIRECTV;800-531-5000;no\n", []string{"topic repair: want one row, not 2"}},
		"a name twice":              {"other;E Mail;X;800-531-5000;no\nother;e-mail;Y;800-531-5000;no\nother;TV;TV;800-531-5000;no\n", []string{`two rows have the English name "e-mail"`}},
		"everything that is wrong":  {"poem;x;x;;no\nother;{x};x;800-531-5000;no\nother;x;;800-531-5000;no\nother;x;x;;no\nother;x;x;12;no\nother;x;x;800-531-5000;maybe\n", []string{"line 10", "line 11", "line 12", "line 13", "line 14", "line 15"}},
		"a name too long to listen": {"other;" + strings.Repeat("long ", 9) + ";x;800-531-5000;no\n", []string{"1 to 40 characters"}},
	} {
		_, err := helpline.ReadDirectory(strings.NewReader(whole + c.rows))
		if len(c.want) > 0 != errors.Is(err, helpline.ErrDirectory) {
			t.Errorf("%s: %v", name, err)
		}
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", name, err, want)
			}
		}
	}
}
