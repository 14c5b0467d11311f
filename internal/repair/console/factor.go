package console

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/boombuler/barcode/qr"

	"updatecenter/internal/agents"
	"updatecenter/internal/secret"
)

// A factorPage lets an agent choose the second factor. It holds the key of an app that is not
// confirmed yet: nobody has use for it before the agent has shown a code of it.
type factorPage struct {
	asking
	Self      string
	Now       string // the factor in words; "": none yet
	AppOnly   bool
	EmailOnly bool
	NoMail    bool // codes by e-mail are not offered
	Email     string
	SetUp     string // what the app is given, otpauth://
	Key       string // the same to paste, in groups
	Size      int    // of the QR code, in modules each way, with its quiet zone
	Drawn     string // the QR code, as a path of SVG
	Code      *field
}

// The keys of apps are longer than no other text that a form sends: an otpauth URL.
const maxSetUp = 500

// factorPage makes the page with the key that the agent was shown already, or with a new one.
func (c *Console) factorPage(v *visit) (factorPage, error) {
	agent := v.session.Agent
	shown, ok := appSetUp(v.r.PostForm.Get("setup"))
	if !ok {
		app, err := c.agents.NewApp(agent)
		if err != nil {
			return factorPage{}, broken(err)
		}
		shown = app.URL
	}
	code := codeField()
	code.Focus = false
	page := factorPage{
		asking: asking{v.newForm(code)}, Self: v.r.URL.Path, Code: code, Email: agent.Email,
		AppOnly: agent.Required == agents.App, EmailOnly: agent.Required == agents.Email, NoMail: c.noMail,
		SetUp: shown.Reveal(), Key: grouped(appKey(shown).Reveal()),
	}
	if page.NoMail && byEmail(v) {
		page.Form.fail("", "No e-mail can be sent from here. Use an authenticator app.")
	}
	var err error
	page.Size, page.Drawn, err = drawQR(shown)
	return page, err
}

// byEmail says whether codes by e-mail were chosen.
func byEmail(v *visit) bool { return v.r.PostForm.Get("with") == "email" }

func (c *Console) askFactor(v *visit) error {
	page, err := c.factorPage(v)
	if err != nil {
		return err
	}
	return c.show(v, "set_up_factor", "Set up your second step", page)
}

func (c *Console) takeFactor(v *visit) error {
	page, err := c.factorPage(v)
	if err != nil {
		return err
	}
	agent, taken, err := c.chooseFactor(v, page)
	if err != nil {
		return err
	}
	if !taken {
		return c.show(v, "set_up_factor", "Set up your second step", page)
	}
	return c.goOnAs(v, agent)
}

// chooseFactor takes what the agent has chosen; false: the form says what is wrong.
func (c *Console) chooseFactor(v *visit, page factorPage) (agents.Agent, bool, error) {
	var agent agents.Agent
	var err error
	id := v.session.Agent.ID
	switch {
	case page.Form.Faulty():
		return agents.Agent{}, false, nil
	case byEmail(v):
		agent, err = c.agents.ChooseEmail(v.ctx(), v.by(), id)
	case !v.read(page.Form):
		return agents.Agent{}, false, nil
	default:
		agent, err = c.agents.ConfirmApp(v.ctx(), v.by(), id, appKey(secret.New(page.SetUp)), page.Form.secret("code"))
	}
	switch {
	case errors.Is(err, agents.ErrWrongCode):
		page.Form.fail("code", "That is not the code that your app shows now. Scan the picture above with it, wait for a new code, and check the clock of your telephone.")
		return agents.Agent{}, false, nil
	case errors.Is(err, agents.ErrRequired):
		page.Form.fail("", "An administrator requires the other way for you.")
		return agents.Agent{}, false, nil
	case err != nil:
		return agents.Agent{}, false, fmt.Errorf("choose second factor: %w", err)
	}
	return agent, true, nil
}

// appSetUp reads what a page has shown for an app; whether the key is one, package agents says.
func appSetUp(written string) (secret.Text, bool) {
	parsed, err := url.Parse(written)
	ok := err == nil && len(written) <= maxSetUp && parsed.Scheme == "otpauth" && parsed.Host == "totp" && parsed.Query().Get("secret") != ""
	return secret.New(written), ok
}

// appKey is the key in what an app is given.
func appKey(setUp secret.Text) secret.Text {
	parsed, err := url.Parse(setUp.Reveal())
	if err != nil {
		return secret.Text{}
	}
	return secret.New(parsed.Query().Get("secret"))
}

// grouped writes a key in groups of four, as people copy it.
func grouped(key string) string {
	var b strings.Builder
	for i, c := range []byte(key) {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteByte(c)
	}
	return b.String()
}

// quiet is how many modules stay white around a QR code (ISO/IEC 18004, section 6.3.8).
const quiet = 4

// drawQR draws a QR code as a path, one square for each dark module: so it is part of the page,
// and no address has the key.
func drawQR(text secret.Text) (size int, path string, err error) {
	code, err := qr.Encode(text.Reveal(), qr.M, qr.Auto)
	if err != nil { // its text may quote what was to be drawn
		return 0, "", broken(errors.New("draw QR code: can't be drawn"))
	}
	var b strings.Builder
	bounds := code.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			if red, _, _, _ := code.At(x, y).RGBA(); red == 0 {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	return bounds.Dx() + 2*quiet, b.String(), nil
}
