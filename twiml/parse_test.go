package twiml_test

import (
	"errors"
	"strings"
	"testing"

	"updatecenter/internal/testkit/check"
	"updatecenter/twiml"
)

func in(verbs string) string { return "<Response>" + verbs + "</Response>" }

// refused holds documents that Twilio refuses, or that no one should send.
var refused = []struct {
	name     string
	document string
	code     int
}{
	{"nothing", "", twiml.CodeEmpty},
	{"blank", " \n", twiml.CodeXML},
	{"too large", in(strings.Repeat(" ", twiml.MaxDocument)), twiml.CodeTooLarge},
	{"space before the declaration", ` <?xml version="1.0"?><Response/>`, twiml.CodeXML},
	{"line before the declaration", "\n<?xml version=\"1.0\"?><Response/>", twiml.CodeXML},
	{"byte order mark", "\uFEFF<Response/>", twiml.CodeXML},
	{"second declaration", `<?xml version="1.0"?><?xml version="1.0"?><Response/>`, twiml.CodeXML},
	{"declaration without version", `<?xml encoding="UTF-8"?><Response/>`, twiml.CodeXML},
	{"version", `<?xml version="1.1"?><Response/>`, twiml.CodeXML},
	{"encoding", `<?xml version="1.0" encoding="ISO-8859-1"?><Response/>`, twiml.CodeXML},
	{"processing instruction", `<?php echo?><Response/>`, twiml.CodeXML},
	{"processing instruction within", in(`<?php echo?>`), twiml.CodeXML},
	{"document type", `<!DOCTYPE Response><Response/>`, twiml.CodeXML},
	{"entity bomb", `<!DOCTYPE r [<!ENTITY a "b">]><Response><Say>&a;</Say></Response>`, twiml.CodeXML},
	{"unknown entity", in(`<Say>&nbsp;</Say>`), twiml.CodeXML},
	{"bare ampersand", in(`<Say>A & B</Say>`), twiml.CodeXML},
	{"reference to a control character", in(`<Say>&#1;</Say>`), twiml.CodeXML},
	{"reference to half a character", in(`<Say>&#xD83D;&#xDE00;</Say>`), twiml.CodeXML},
	{"reference to half a character, decimal", in(`<Say>&#55357;</Say>`), twiml.CodeXML},
	{"control character", in("<Say>\x01</Say>"), twiml.CodeXML},
	{"control character in a comment", in("<!-- \x00 -->"), twiml.CodeXML},
	{"invalid UTF-8", in("<Say>\xff</Say>"), twiml.CodeXML},
	{"end of CDATA in text", in(`<Say>]]></Say>`), twiml.CodeXML},
	{"not closed", `<Response><Say>Hello`, twiml.CodeXML},
	{"closed wrongly", in(`<Say>Hello</Play>`), twiml.CodeXML},
	{"attribute without quotes", in(`<Gather timeout=1/>`), twiml.CodeXML},
	{"attributes that touch", in(`<Say voice="alice"language="en-US">a</Say>`), twiml.CodeXML},
	{"attribute twice", in(`<Gather timeout="1" timeout="1"/>`), twiml.CodeXML},
	{"comment with hyphens", in(`<!-- a -- b -->`), twiml.CodeXML},
	{"text before", `a<Response/>`, twiml.CodeXML},
	{"CDATA before", `<![CDATA[]]><Response/>`, twiml.CodeXML},
	{"reference before", `&#32;<Response/>`, twiml.CodeXML},
	{"text behind", `<Response/>a`, twiml.CodeXML},
	{"second root", `<Response/><Response/>`, twiml.CodeXML},
	{"JSON", `{"verbs":[]}`, twiml.CodeXML},
	{"other root", `<Say>Hello</Say>`, twiml.CodeRoot},
	{"root in lower case", `<response/>`, twiml.CodeRoot},
	{"root in a name space", `<Response xmlns="urn:x"/>`, twiml.CodeRoot},
	{"root with a prefix", `<x:Response/>`, twiml.CodeRoot},
	{"attribute of the root", `<Response a="b"/>`, twiml.CodeSchema},
	{"text among verbs", in(`Hello`), twiml.CodeSchema},
	{"CDATA among verbs", in(`<![CDATA[ ]]>`), twiml.CodeSchema},
	{"unknown verb", in(`<Record/>`), twiml.CodeSchema},
	{"verb that we don't use", in(`<Redirect>/a</Redirect>`), twiml.CodeSchema},
	{"verb in lower case", in(`<say>Hello</say>`), twiml.CodeSchema},
	{"unknown attribute", in(`<Say speed="2">a</Say>`), twiml.CodeSchema},
	{"attribute in lower case", in(`<Gather numdigits="4"/>`), twiml.CodeSchema},
	{"attribute with a prefix", in(`<Say xml:lang="en">a</Say>`), twiml.CodeSchema},
	{"verb in Say", in(`<Say><Hangup/></Say>`), twiml.CodeSchema},
	{"empty Say", in(`<Say/>`), twiml.CodeSayText},
	{"Say of comments", in(`<Say><!-- a --></Say>`), twiml.CodeSayText},
	{"long Say", in(`<Say>` + strings.Repeat("a", 3001) + `</Say>`), twiml.CodeSayText},
	{"empty voice", in(`<Say voice="">a</Say>`), twiml.CodeSchema},
	{"voice", in(`<Say voice="Polly Joanna">a</Say>`), twiml.CodeSchema},
	{"interpretation", in(`<Say><say-as interpret-as="pin">1</say-as></Say>`), twiml.CodeSchema},
	{"no interpretation", in(`<Say><say-as>1</say-as></Say>`), twiml.CodeSchema},
	{"break in say-as", in(`<Say><say-as interpret-as="digits"><break time="9ms"/></say-as></Say>`), twiml.CodeSchema},
	{"empty say-as", in(`<Say><say-as interpret-as="digits"/></Say>`), twiml.CodeSayText},
	{"long break", in(`<Say><break time="10001ms"/></Say>`), twiml.CodeSchema},
	{"break in seconds", in(`<Say><break time="1s"/></Say>`), twiml.CodeSchema},
	{"break without time", in(`<Say><break/></Say>`), twiml.CodeSchema},
	{"text in break", in(`<Say><break time="9ms">a</break></Say>`), twiml.CodeSchema},
	{"rate", in(`<Say><prosody rate="fast">a</prosody></Say>`), twiml.CodeSchema},
	{"no rate", in(`<Say><prosody>a</prosody></Say>`), twiml.CodeSchema},
	{"empty prosody", in(`<Say><prosody rate="slow"/></Say>`), twiml.CodeSayText},
	{"prosody in prosody", in(`<Say><prosody rate="slow"><prosody rate="slow">a</prosody></prosody></Say>`), twiml.CodeSchema},
	{"Gather in Gather", in(`<Gather><Gather/></Gather>`), twiml.CodeGatherNested},
	{"Hangup in Gather", in(`<Gather><Hangup/></Gather>`), twiml.CodeGatherNested},
	{"text in Gather", in(`<Gather>Hello</Gather>`), twiml.CodeSchema},
	{"finish key", in(`<Gather finishOnKey="A"/>`), twiml.CodeFinishOnKey},
	{"method", in(`<Gather method="POST"/>`), twiml.CodeSchema},
	{"timeout", in(`<Gather timeout="0"/>`), twiml.CodeGatherTimeout},
	{"numDigits", in(`<Gather numDigits="four"/>`), twiml.CodeGatherNumDigits},
	{"huge numDigits", in(`<Gather numDigits="99999999999999999999"/>`), twiml.CodeGatherNumDigits},
	{"empty action", in(`<Gather action=""/>`), twiml.CodeSchema},
	{"action with a space", in(`<Gather action="/a b"/>`), twiml.CodeSchema},
	{"numDigits with a sign", in(`<Gather numDigits="+1"/>`), twiml.CodeGatherNumDigits},
	{"yes for true", in(`<Gather actionOnEmptyResult="yes"/>`), twiml.CodeSchema},
	{"verb in Hangup", in(`<Hangup><Say>a</Say></Hangup>`), twiml.CodeSchema},
	{"attribute of Hangup", in(`<Hangup now="true"/>`), twiml.CodeSchema},
	{"empty Play", in(`<Play/>`), twiml.CodeSchema},
	{"element in Play", in(`<Play><Number>+18005731311</Number></Play>`), twiml.CodeSchema},
	{"empty Dial", in(`<Dial/>`), twiml.CodeSchema},
	{"text in Dial", in(`<Dial>+18005731311</Dial>`), twiml.CodeSchema},
	{"two numbers", in(`<Dial><Number>+18005731311</Number><Number>+18005731311</Number></Dial>`), twiml.CodeSchema},
	{"Client in Dial", in(`<Dial><Client>a</Client></Dial>`), twiml.CodeDialNested},
	{"number", in(`<Dial><Number>800-573-1311</Number></Dial>`), twiml.CodeDialNumber},
	{"caller ID", in(`<Dial callerId="a b"><Number>+18005731311</Number></Dial>`), twiml.CodeDialCallerID},
	{"attribute of Number", in(`<Dial><Number url="/a">+18005731311</Number></Dial>`), twiml.CodeSchema},
	{"number with a zero", in(`<Dial><Number>+08005731311</Number></Dial>`), twiml.CodeDialNumber},
}

func TestRefusedToRead(t *testing.T) {
	for _, c := range refused {
		t.Run(c.name, func(t *testing.T) {
			got, err := twiml.Parse([]byte(c.document))
			var fault *twiml.ParseError
			if !errors.As(err, &fault) {
				t.Fatalf("Parse gives %v and %v", got, err)
			}
			if fault.Code != c.code {
				t.Errorf("refused with %d (%v), want %d", fault.Code, err, c.code)
			}
			check.Same(t, got, twiml.Response{})
		})
	}
}

// accepted holds documents as people write them.
var accepted = []struct {
	name     string
	document string
	want     twiml.Response
}{
	{"bare", `<Response/>`, twiml.Response{}},
	{"laid out", "<?xml version='1.0' encoding='utf-8' standalone=\"yes\" ?>\r\n<!-- a -->\n<Response>\n  <Hangup></Hangup> <!-- b -->\n</Response>\n<!-- c -->\n",
		answer(twiml.Hangup{})},
	{"space before the root", " \n<Response/>", twiml.Response{}},
	{"quotes of either kind", in(`<Gather finishOnKey='' action="/it's"><Play>/a</Play></Gather>`),
		answer(twiml.Gather{EveryKey: true, Action: "/it's", Prompts: []twiml.Prompt{twiml.Play{URL: "/a"}}})},
	{"text as it stands", in("<Say>  two\r\n words\t</Say>"), answer(say(twiml.Text("  two\n words\t")))},
	{"CDATA and comments", in(`<Say>a<!-- x -->b<![CDATA[<c>&#xD800;]]>d</Say>`), answer(say(twiml.Text("ab<c>&#xD800;d")))},
	{"references", in(`<Say>&#65;&#x1F4DE;&lt;&quot;&apos;</Say>`), answer(say(twiml.Text("A\U0001F4DE<\"'")))},
	{"number", in(`<Dial> <Number> +18005731311<!-- repair --> </Number> </Dial>`), answer(twiml.Dial{Number: "+18005731311"})},
	{"zeros", in(`<Gather numDigits="007"/>`), answer(twiml.Gather{NumDigits: 7})},
	{"URL on a line of its own", in("<Play>\n  https://example.com/a?b=1&amp;c=2\n</Play>"), answer(twiml.Play{URL: "https://example.com/a?b=1&c=2"})},
}

func TestAccepted(t *testing.T) {
	for _, c := range accepted {
		t.Run(c.name, func(t *testing.T) {
			check.Same(t, parse(t, []byte(c.document)), c.want)
		})
	}
}

func TestParseErrorTellsThePlace(t *testing.T) {
	_, err := twiml.Parse([]byte("<Response>\n<Gather numDigits=\"8265x\">\n</Gather></Response>"))
	want := `parse TwiML: line 2: <Gather>: numDigits is not a number from 1 to 1000 (Twilio error 13314)`
	if err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
	_, err = twiml.Parse([]byte("<Response>\n<Say>"))
	if errors.Unwrap(err) == nil {
		t.Errorf("%v does not wrap the error of the XML layer", err)
	}
}

// heard gives a document as it should be read back: adjacent Texts joined, empty ones left
// out, empty slices nil, and what XML cannot hold replaced. It shares no code with the
// package.
func heard(r twiml.Response) twiml.Response {
	var out twiml.Response
	for _, v := range r.Verbs {
		if g, ok := v.(twiml.Gather); ok {
			var prompts []twiml.Prompt
			for _, p := range g.Prompts {
				prompts = append(prompts, heardVerb(p).(twiml.Prompt))
			}
			g.Prompts = prompts
			v = g
		}
		out.Verbs = append(out.Verbs, heardVerb(v))
	}
	return out
}

func heardVerb(v twiml.Verb) twiml.Verb {
	s, ok := v.(twiml.Say)
	if !ok {
		return v
	}
	s.Content = heardSpeech(s.Content)
	return s
}

func heardSpeech(content []twiml.Speech) []twiml.Speech {
	var out []twiml.Speech
	for _, s := range content {
		switch s := s.(type) {
		case twiml.Text:
			last := len(out) - 1
			if before, ok := lastText(out); ok {
				out[last] = before + twiml.Text(legible(string(s)))
			} else if s != "" {
				out = append(out, twiml.Text(legible(string(s))))
			}
		case twiml.SayAs:
			s.Text = legible(s.Text)
			out = append(out, s)
		case twiml.Prosody:
			s.Content = heardSpeech(s.Content)
			out = append(out, s)
		default:
			out = append(out, s)
		}
	}
	return out
}

func lastText(content []twiml.Speech) (twiml.Text, bool) {
	if len(content) == 0 {
		return "", false
	}
	t, ok := content[len(content)-1].(twiml.Text)
	return t, ok
}

// legible puts U+FFFD in the place of what XML 1.0 cannot hold.
func legible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r':
			return r
		case r < ' ', r == 0xFFFE, r == 0xFFFF:
			return '\uFFFD'
		}
		return r
	}, s)
}
