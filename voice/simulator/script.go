package simulator

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"updatecenter/internal/secret"
)

// Limits on a call script.
const (
	scriptLimit     = 64 << 10 // bytes
	scriptLineLimit = 1000     // bytes
)

// A Script is a call script that has been read. See the package comment for the language.
type Script struct {
	Name  string // the file's, for messages
	lines []scriptLine
}

// A scriptLine is a line that does something.
type scriptLine struct {
	number int // from 1
	do     step
}

// SyntaxError is a line of a call script that can't be read.
type SyntaxError struct {
	File string
	Line int // from 1
	Err  error
}

// Error tells file, line and reason.
func (e *SyntaxError) Error() string { return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err) }

// Unwrap is the reason.
func (e *SyntaxError) Unwrap() error { return e.Err }

// Parse reads a call script of at most 64 kB, in lines of at most 1000 bytes, ended by LF
// or CRLF. name is the file's. All wrong lines are told at once, each as a [*SyntaxError].
func Parse(name string, r io.Reader) (Script, error) {
	limited := &io.LimitedReader{R: r, N: scriptLimit + 1}
	lines := bufio.NewScanner(limited)
	lines.Buffer(nil, scriptLineLimit+2)
	script := Script{Name: name}
	var wrong []error
	number := 0
	for lines.Scan() {
		number++
		text := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		do, err := parseStep(text)
		if err != nil {
			wrong = append(wrong, &SyntaxError{name, number, err})
			continue
		}
		script.lines = append(script.lines, scriptLine{number, do})
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		wrong = append(wrong, &SyntaxError{name, number + 1, fmt.Errorf("longer than %d bytes", scriptLineLimit)})
	} else if err != nil {
		return Script{}, fmt.Errorf("read %s: %w", name, err)
	}
	if limited.N == 0 {
		return Script{}, &SyntaxError{name, number, fmt.Errorf("the script is longer than %d bytes", scriptLimit)}
	}
	if len(script.lines) == 0 && len(wrong) == 0 {
		wrong = append(wrong, &SyntaxError{name, max(number, 1), errors.New("the script does nothing")})
	}
	return script, errors.Join(wrong...)
}

// Text is the script in its plainest form, without comments. Keys are in the clear, as
// they are in the file.
func (s Script) Text() string {
	var text strings.Builder
	for _, line := range s.lines {
		fmt.Fprintln(&text, line.do.written.Reveal())
	}
	return text.String()
}

// from is the script with every call made from the given number, which holds no space.
func (s Script) from(number string) Script {
	moved := Script{Name: s.Name, lines: slices.Clone(s.lines)}
	for i, line := range moved.lines {
		if words := strings.Fields(line.do.written.Reveal()); words[0] == "dial" {
			words[3] = number
			moved.lines[i].do, _ = parseDial(words[1:]) // as it was read before
		}
	}
	return moved
}

// A step is what a line of a script does.
type step struct {
	written secret.Text // the line in its plainest form, keys in the clear
	play    func(p *player, ctx context.Context) error
}

// does is a step that is written so.
func does(play func(p *player, ctx context.Context) error, words ...string) (step, error) {
	return step{secret.New(strings.TrimSpace(strings.Join(words, " "))), play}, nil
}

// advanceLimit is how far one line can move the clock: five years.
const advanceLimit = 5 * 365 * 24 * time.Hour

// pressLimit is how many keys one line can press.
const pressLimit = 100

// dialStatuses are the ways in which a transfer can end.
var dialStatuses = [...]string{connected, "busy", "no-answer", "failed", "canceled"}

// losses are how a webhook goes wrong, by what follows the word lose.
var losses = map[string]Loss{
	"":                 {Answer: true, Again: true},
	"answer":           {Answer: true},
	"answer and keys":  {Answer: true, Keys: true},
	"request":          {Request: true},
	"request and keys": {Request: true, Keys: true},
}

// bareSteps are the lines of one word.
var bareSteps = map[string]func(p *player, ctx context.Context) error{
	"silence": (*player).silence, "repeat": (*player).repeat, "hangup": (*player).hangUp, "ended": (*player).ended,
}

// parseStep reads a line, without space around it. Errors quote no keys.
func parseStep(text string) (step, error) {
	word, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	one := len(strings.Fields(rest)) == 1
	wrong := func(usage string) (step, error) { return step{}, errors.New(usage) }
	if bare, ok := bareSteps[word]; ok {
		if rest != "" {
			return wrong("nothing can follow " + word)
		}
		return does(bare, word)
	}
	switch word {
	case "lose":
		loss, known := losses[rest]
		if !known {
			return wrong("write: lose, lose answer or lose request, and if need be: and keys")
		}
		return does(func(p *player, _ context.Context) error { return p.loses(loss) }, word, rest)
	case "dial":
		return parseDial(strings.Fields(rest))
	case "answer", "voicemail", "fax", "undetected", "busy", "no-answer", "failed":
		if !one {
			return wrong("write: " + word + " NUMBER")
		}
		return does(func(p *player, ctx context.Context) error { return p.answer(ctx, word, rest) }, word, rest)
	case "refuse":
		return parseRefuse(strings.Fields(rest))
	case "accept":
		if !one {
			return wrong("write: accept NUMBER, or accept all")
		}
		return does(func(p *player, _ context.Context) error { return p.refuse(rest, 0, 0) }, word, rest)
	case "refused":
		if !one {
			return wrong("write: refused NUMBER")
		}
		return does(func(p *player, ctx context.Context) error { return p.refused(ctx, rest) }, word, rest)
	case "hear", "!hear":
		return parseHear(word, rest)
	case "press":
		return parsePress(rest)
	case "language":
		if rest != "en" && rest != "es" {
			return wrong("language is en or es")
		}
		return does(func(p *player, _ context.Context) error { return p.hearsLanguage(rest) }, word, rest)
	case "transfer":
		if !slices.Contains(dialStatuses[:], rest) {
			return wrong("transfer takes " + strings.Join(dialStatuses[:], ", "))
		}
		return does(func(p *player, _ context.Context) error { return p.transfers(rest) }, word, rest)
	case "advance":
		return parseAdvance(rest)
	case "redis":
		if rest != "down" && rest != "up" {
			return wrong("redis goes down or up")
		}
		return does(func(p *player, _ context.Context) error { return p.redis(rest == "down") }, word, rest)
	}
	return step{}, fmt.Errorf("no line of a call script begins with %.20q", word)
}

func parseDial(words []string) (step, error) {
	if len(words) != 3 && len(words) != 5 || words[1] != "from" || len(words) == 5 && words[3] != "stir" {
		return step{}, errors.New("write: dial NUMBER from NUMBER, and if need be: stir A")
	}
	var known Attestation
	if len(words) == 5 {
		if toUpdateCenter(words[0]) {
			return step{}, errors.New("a call to 78 goes over the SIP domain, where nothing is attested")
		}
		var err error
		if known, err = ParseAttestation(words[4]); err != nil {
			return step{}, err
		}
	}
	to, from := words[0], words[2]
	return does(func(p *player, ctx context.Context) error { return p.dial(ctx, to, from, known) }, append([]string{"dial"}, words...)...)
}

// parseRefuse reads NUMBER CODE, and perhaps: again in SPAN.
func parseRefuse(words []string) (step, error) {
	wrong := errors.New("write: refuse NUMBER CODE or refuse all CODE, with a code of Twilio's, and if need be: again in 3s")
	if len(words) != 2 && len(words) != 5 || len(words) == 5 && (words[2] != "again" || words[3] != "in") {
		return step{}, wrong
	}
	number := words[0]
	code, err := strconv.Atoi(words[1])
	if err != nil || code < 10000 || code > 99999 {
		return step{}, wrong
	}
	written := []string{"refuse", number, strconv.Itoa(code)}
	var after time.Duration
	if len(words) == 5 {
		if after, err = time.ParseDuration(words[4]); err != nil || after < time.Second || after > advanceLimit {
			return step{}, wrong
		}
		written = append(written, "again in", after.String())
	}
	return does(func(p *player, _ context.Context) error { return p.refuse(number, code, after) }, written...)
}

// A hearing is words that must be heard, or must not.
type hearing struct {
	not     bool
	quoted  string // as the line has it
	words   string
	pattern *regexp.Regexp // nil: words
}

func parseHear(word, quoted string) (step, error) {
	if len(quoted) < 3 || quoted[0] != quoted[len(quoted)-1] || quoted[0] != '"' && quoted[0] != '/' {
		return step{}, errors.New(`write: hear "words", or hear /regexp/`)
	}
	h := hearing{not: word == "!hear", quoted: quoted, words: quoted[1 : len(quoted)-1]}
	if quoted[0] == '"' && plain(h.words) == "" {
		return step{}, errors.New("there are no words to hear")
	}
	if quoted[0] == '/' {
		var err error
		if h.pattern, err = regexp.Compile("(?i)" + h.words); err != nil {
			return step{}, fmt.Errorf("read regular expression: %w", err)
		}
	}
	return does(func(p *player, _ context.Context) error { return p.hears(h) }, word, quoted)
}

func parsePress(keys string) (step, error) {
	if keys == "" || len(keys) > pressLimit || strings.Trim(keys, keypad) != "" {
		return step{}, fmt.Errorf("press takes 1 to %d of the keys 0-9 * #", pressLimit)
	}
	return does(func(p *player, ctx context.Context) error { return p.press(ctx, keys) }, "press", keys)
}

func parseAdvance(rest string) (step, error) {
	by, err := time.ParseDuration(rest)
	if err != nil || by <= 0 || by > advanceLimit {
		return step{}, errors.New("advance takes a span such as 31m or 2h, five years at most")
	}
	return does(func(p *player, _ context.Context) error { return p.advance(by) }, "advance", by.String())
}
