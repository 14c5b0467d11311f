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
		fmt.Fprintln(&text, line.do.written())
	}
	return text.String()
}

// from is the script with every call made from the given number.
func (s Script) from(number string) Script {
	moved := Script{Name: s.Name, lines: make([]scriptLine, len(s.lines))}
	for i, line := range s.lines {
		if dial, ok := line.do.(dialStep); ok {
			dial.from = number
			line.do = dial
		}
		moved.lines[i] = line
	}
	return moved
}

// A step is what a line of a script does.
type step interface {
	// written is the line, keys in the clear. It is no String method, lest a step that is
	// printed tells them.
	written() string
	play(ctx context.Context, p *player) error
}

// The steps.
type (
	dialStep struct {
		to, from string
		stir     string // as written; empty: not given
		known    Attestation
	}
	answerStep struct{ manner, number string }
	refuseStep struct {
		number string // "all"
		code   int    // 0: accept
		after  time.Duration
	}
	refusedStep struct{ number string }
	hearStep    struct {
		not     bool
		words   string
		pattern *regexp.Regexp // nil: words
	}
	pressStep    struct{ keys secret.Text }
	languageStep struct{ tag string }
	silenceStep  struct{}
	repeatStep   struct{}
	loseStep     struct{ what string } // one of losses
	transferStep struct{ status string }
	hangupStep   struct{}
	endedStep    struct{}
	advanceStep  struct{ by time.Duration }
	redisStep    struct{ down bool } // or up
)

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
func bareStep(word string) (step, bool) {
	switch word {
	case "silence":
		return silenceStep{}, true
	case "repeat":
		return repeatStep{}, true
	case "hangup":
		return hangupStep{}, true
	case "ended":
		return endedStep{}, true
	}
	return nil, false
}

// parseStep reads a line, without space around it. Errors quote no keys.
func parseStep(text string) (step, error) {
	word, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	if bare, ok := bareStep(word); ok {
		if rest != "" {
			return nil, fmt.Errorf("nothing can follow %s", word)
		}
		return bare, nil
	}
	switch word {
	case "lose":
		if _, known := losses[rest]; !known {
			return nil, errors.New("write: lose, lose answer or lose request, and if need be: and keys")
		}
		return loseStep{rest}, nil
	case "dial":
		return parseDial(strings.Fields(rest))
	case "answer", "voicemail", "fax", "undetected", "busy", "no-answer", "failed":
		return parseAnswer(word, rest)
	case "refuse":
		return parseRefuse(strings.Fields(rest))
	case "accept":
		if len(strings.Fields(rest)) != 1 {
			return nil, errors.New("write: accept NUMBER, or accept all")
		}
		return refuseStep{number: rest}, nil
	case "refused":
		if len(strings.Fields(rest)) != 1 {
			return nil, errors.New("write: refused NUMBER")
		}
		return refusedStep{rest}, nil
	case "hear", "!hear":
		return parseHear(word == "!hear", rest)
	case "press":
		return parsePress(rest)
	case "language":
		if rest != "en" && rest != "es" {
			return nil, errors.New("language is en or es")
		}
		return languageStep{rest}, nil
	case "transfer":
		if !slices.Contains(dialStatuses[:], rest) {
			return nil, errors.New("transfer takes " + strings.Join(dialStatuses[:], ", "))
		}
		return transferStep{rest}, nil
	case "advance":
		return parseAdvance(rest)
	case "redis":
		if rest != "down" && rest != "up" {
			return nil, errors.New("redis goes down or up")
		}
		return redisStep{down: rest == "down"}, nil
	}
	return nil, fmt.Errorf("no line of a call script begins with %.20q", word)
}

func parseDial(words []string) (step, error) {
	if len(words) != 3 && len(words) != 5 || words[1] != "from" || len(words) == 5 && words[3] != "stir" {
		return nil, errors.New("write: dial NUMBER from NUMBER, and if need be: stir A")
	}
	dial := dialStep{to: words[0], from: words[2]}
	if len(words) == 3 {
		return dial, nil
	}
	if toUpdateCenter(dial.to) {
		return nil, errors.New("a call to 78 goes over the SIP domain, where nothing is attested")
	}
	known, err := ParseAttestation(words[4])
	dial.stir, dial.known = words[4], known
	return dial, err
}

func parseAnswer(manner, number string) (step, error) {
	if number == "" || strings.ContainsAny(number, " \t") {
		return nil, fmt.Errorf("write: %s NUMBER", manner)
	}
	return answerStep{manner, number}, nil
}

// parseRefuse reads NUMBER CODE, and perhaps: again in SPAN.
func parseRefuse(words []string) (step, error) {
	wrong := errors.New("write: refuse NUMBER CODE or refuse all CODE, with a code of Twilio's, and if need be: again in 3s")
	if len(words) != 2 && len(words) != 5 || len(words) == 5 && (words[2] != "again" || words[3] != "in") {
		return nil, wrong
	}
	refuse := refuseStep{number: words[0]}
	code, err := strconv.Atoi(words[1])
	if err != nil || code < 10000 || code > 99999 {
		return nil, wrong
	}
	refuse.code = code
	if len(words) == 5 {
		if refuse.after, err = time.ParseDuration(words[4]); err != nil || refuse.after < time.Second || refuse.after > advanceLimit {
			return nil, wrong
		}
	}
	return refuse, nil
}

func parseHear(not bool, rest string) (step, error) {
	if len(rest) < 3 || rest[0] != rest[len(rest)-1] || rest[0] != '"' && rest[0] != '/' {
		return nil, errors.New(`write: hear "words", or hear /regexp/`)
	}
	inner := rest[1 : len(rest)-1]
	if rest[0] == '"' {
		if plain(inner) == "" {
			return nil, errors.New("there are no words to hear")
		}
		return hearStep{not: not, words: inner}, nil
	}
	pattern, err := regexp.Compile("(?i)" + inner)
	if err != nil {
		return nil, fmt.Errorf("read regular expression: %w", err)
	}
	return hearStep{not, inner, pattern}, nil
}

func parsePress(keys string) (step, error) {
	if keys == "" || len(keys) > pressLimit || strings.Trim(keys, keypad) != "" {
		return nil, fmt.Errorf("press takes 1 to %d of the keys 0-9 * #", pressLimit)
	}
	return pressStep{secret.New(keys)}, nil
}

func parseAdvance(rest string) (step, error) {
	by, err := time.ParseDuration(rest)
	if err != nil || by <= 0 || by > advanceLimit {
		return nil, errors.New("advance takes a span such as 31m or 2h, five years at most")
	}
	return advanceStep{by}, nil
}

func (s dialStep) written() string {
	if s.stir == "" {
		return "dial " + s.to + " from " + s.from
	}
	return "dial " + s.to + " from " + s.from + " stir " + s.stir
}
func (s answerStep) written() string   { return s.manner + " " + s.number }
func (s refusedStep) written() string  { return "refused " + s.number }
func (s pressStep) written() string    { return "press " + s.keys.Reveal() }
func (s languageStep) written() string { return "language " + s.tag }
func (silenceStep) written() string    { return "silence" }
func (repeatStep) written() string     { return "repeat" }
func (s loseStep) written() string     { return strings.TrimSpace("lose " + s.what) }
func (hangupStep) written() string     { return "hangup" }
func (endedStep) written() string      { return "ended" }
func (s transferStep) written() string { return "transfer " + s.status }
func (s advanceStep) written() string  { return "advance " + s.by.String() }

func (s hearStep) written() string {
	line := `hear "` + s.words + `"`
	if s.pattern != nil {
		line = "hear /" + s.words + "/"
	}
	if s.not {
		return "!" + line
	}
	return line
}

func (s refuseStep) written() string {
	switch {
	case s.code == 0:
		return "accept " + s.number
	case s.after == 0:
		return fmt.Sprintf("refuse %s %d", s.number, s.code)
	}
	return fmt.Sprintf("refuse %s %d again in %s", s.number, s.code, s.after)
}

func (s redisStep) written() string {
	if s.down {
		return "redis down"
	}
	return "redis up"
}
