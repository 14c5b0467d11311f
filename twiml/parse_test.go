package twiml_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

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
	{"rate", in(`<Say><prosody rate="slow">a</prosody></Say>`), twiml.CodeSayRate},
	{"low rate", in(`<Say><prosody rate="19%">a</prosody></Say>`), twiml.CodeSayRate},
	{"high rate", in(`<Say><prosody rate="201%">a</prosody></Say>`), twiml.CodeSayRate},
	{"rate without its sign", in(`<Say><prosody rate="80">a</prosody></Say>`), twiml.CodeSayRate},
	{"no rate", in(`<Say><prosody>a</prosody></Say>`), twiml.CodeSayRate},
	{"empty prosody", in(`<Say><prosody rate="80%"/></Say>`), twiml.CodeSayText},
	{"prosody in prosody", in(`<Say><prosody rate="80%"><prosody rate="80%">a</prosody></prosody></Say>`), twiml.CodeSchema},
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

// A source makes choices out of the bytes of a fuzz input; when they are used up, it
// chooses 0.
type source struct{ rest []byte }

func (s *source) choose(n int) int {
	if len(s.rest) == 0 {
		return 0
	}
	c := int(s.rest[0])
	s.rest = s.rest[1:]
	return c % n
}

func (s *source) words() string {
	n := min(s.choose(24), len(s.rest))
	w := string(s.rest[:n])
	s.rest = s.rest[n:]
	return w
}

// pick takes one of a few likely values, or else any bytes.
func pick[T ~string](s *source, likely ...T) T {
	if i := s.choose(len(likely) + 1); i < len(likely) {
		return likely[i]
	}
	return T(s.words())
}

func (s *source) response() twiml.Response {
	var r twiml.Response
	for n := s.choose(6); n > 0; n-- {
		r.Verbs = append(r.Verbs, s.verb())
	}
	return r
}

func (s *source) verb() twiml.Verb {
	switch s.choose(4) {
	case 0:
		return twiml.Hangup{}
	case 1:
		return twiml.Dial{Action: s.url(), CallerID: pick(s, "", "+16125550142"), Number: pick(s, "+18005731311")}
	case 2:
		g := twiml.Gather{
			Action: s.url(), NumDigits: s.choose(12), EveryKey: s.choose(2) == 1, Timeout: s.choose(20), ActionOnEmptyResult: s.choose(2) == 1,
		}
		for n := s.choose(4); n > 0; n-- {
			g.Prompts = append(g.Prompts, s.prompt())
		}
		return g
	default:
		return s.prompt()
	}
}

func (s *source) prompt() twiml.Prompt {
	if s.choose(3) == 0 {
		return twiml.Play{URL: s.url()}
	}
	return twiml.Say{Voice: pick(s, "", "Polly.Joanna"), Language: pick(s, "", "en-US", "es-US"), Content: s.speech(true)}
}

func (s *source) speech(prosody bool) []twiml.Speech {
	var content []twiml.Speech
	for n := 1 + s.choose(4); n > 0; n-- {
		switch k := s.choose(6); {
		case k == 0:
			content = append(content, twiml.Break{Time: time.Duration(s.choose(256)*40) * time.Millisecond})
		case k == 1:
			content = append(content, twiml.SayAs{As: pick(s, twiml.Digits, twiml.SpellOut), Text: s.words()})
		case k == 2 && prosody:
			content = append(content, twiml.Prosody{Rate: 20 + s.choose(182), Content: s.speech(false)})
		default:
			content = append(content, twiml.Text(s.words()))
		}
	}
	return content
}

func (s *source) url() string { return pick(s, "/voice/turn/2?a=1&b='2'", "https://example.com/%20") }

// FuzzRoundTrip: a document that can be written is read back as the same document.
func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x01\x00"))
	f.Add([]byte("\x02\x03\x01\x00\x00\x02\x03\x08<&>\r\n\xff\x00!\x03\x02\x01\x01\x00\x041234"))
	for i := range byte(4) { // one of each verb, with text that follows anyhow
		f.Add([]byte{1, i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 'a', 'b', 'c', 'd', 'e', 'f'})
	}
	f.Fuzz(func(t *testing.T, choices []byte) {
		document := (&source{rest: choices}).response()
		written, err := document.Encode()
		if err != nil {
			if !errors.Is(err, twiml.ErrInvalid) && !errors.Is(err, twiml.ErrTooLarge) {
				t.Errorf("an error of neither kind: %v", err)
			}
			return
		}
		if diff := cmp.Diff(heard(document), parse(t, written)); diff != "" {
			t.Errorf("read back otherwise (-want +got):\n%s\n%s", diff, written)
		}
	})
}

// FuzzTextSurvives: any text in a prompt is heard, whatever it holds.
func FuzzTextSurvives(f *testing.F) {
	for _, s := range []string{
		"Please enter your PIN.", "<Hangup/>", "&amp;", "]]>", "\r", "\r\n", "a\tb\nc ", "\x00\x1b\x7f", "\xff\xfe", "\xed\xa0\x80",
		"\uFFFE\uFFFF\uFFFD", "\U0001F468\u200D\U0001F469\u200D\U0001F467", "¿Español?", "\u0085\u2028", "&#0;", "\"'", "\uFEFFa", "12345678<",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		document := answer(twiml.Gather{Prompts: []twiml.Prompt{say(
			twiml.Text(s), twiml.SayAs{As: twiml.Digits, Text: s + "."},
			twiml.Prosody{Rate: 80, Content: []twiml.Speech{twiml.Text(s + ".")}},
		)}})
		written, err := document.Encode()
		if 3*utf8.RuneCountInString(s)+2 > twiml.MaxSay {
			if !errors.Is(err, twiml.ErrTooLarge) {
				t.Errorf("%d characters are written with %v", utf8.RuneCountInString(s), err)
			}
			return
		}
		check.OK(t, err)
		if diff := cmp.Diff(heard(document), parse(t, written)); diff != "" {
			t.Errorf("heard otherwise (-want +got):\n%s\n%s", diff, written)
		}
	})
}

// FuzzParse: no bytes make the parser panic; what it reads can be written, and reads the
// same again.
func FuzzParse(f *testing.F) {
	for _, document := range rendered {
		written, err := document.Encode()
		check.OK(f, err)
		f.Add(written)
	}
	for _, c := range refused {
		if len(c.document) < 1000 { // long ones only slow the fuzzer down
			f.Add([]byte(c.document))
		}
	}
	for _, c := range accepted {
		f.Add([]byte(c.document))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		read, err := twiml.Parse(document)
		if err != nil {
			var fault *twiml.ParseError
			if !errors.As(err, &fault) || fault.Code == 0 || fault.Line < 1 {
				t.Errorf("an error without number or line: %#v", err)
			}
			return
		}
		written, err := read.Encode()
		if errors.Is(err, twiml.ErrTooLarge) && len(document) > twiml.MaxDocument/8 {
			return // escapes and attributes can take more room than they had
		}
		if err != nil {
			t.Fatalf("read but not writable: %v\n%s", err, document)
		}
		check.Same(t, parse(t, written), read)
	})
}
