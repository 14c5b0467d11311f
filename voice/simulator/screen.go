package simulator

import (
	"io"
	"unicode/utf8"
)

// screenWidth is where lines are broken, in characters.
const screenWidth = 72

// screen is what the terminal phone shows. The first error stays in err.
type screen struct {
	out    io.Writer
	raw    bool // the line feed does not return the carriage
	column int
	err    error
}

func (s *screen) echo(text string) {
	if s.err == nil {
		_, s.err = io.WriteString(s.out, text)
	}
	s.column += utf8.RuneCountInString(text)
}

// newLine begins a line, unless one has just begun.
func (s *screen) newLine() {
	if s.column > 0 {
		s.lineFeed()
	}
}

func (s *screen) lineFeed() {
	feed := "\n"
	if s.raw {
		feed = "\r\n"
	}
	s.echo(feed)
	s.column = 0
}

// word adds a word to the line, or to a new one where it does not fit.
func (s *screen) word(word string) {
	if s.column > 0 && s.column+1+utf8.RuneCountInString(word) > screenWidth {
		s.lineFeed()
	}
	if s.column > 0 {
		word = " " + word
	}
	s.echo(word)
}

// line shows a text on a line of its own.
func (s *screen) line(text string) {
	s.newLine()
	s.echo(text)
	s.lineFeed()
}

// dim shows a text on a line of its own, faint on a terminal.
func (s *screen) dim(text string) {
	if s.raw {
		text = "\x1b[2m" + text + "\x1b[0m"
	}
	s.line(text)
}
