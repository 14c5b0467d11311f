package simulator

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
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
