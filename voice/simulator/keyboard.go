package simulator

import "io"

// Bytes that a keyboard sends.
const (
	hangUpKey = 'h'
	answerKey = '\n' // picks up; no key of a call
	controlC  = 0x03
	controlD  = 0x04
	escape    = 0x1b
)

// readKeys sends the keys of a reader, hangUpKey where the caller hangs up and
// answerKey where they press Enter, until the
// reader ends or the call is over. Keys that were read at once, as a PIN that is pasted, come
// together.
func readKeys(in io.Reader, over <-chan struct{}) <-chan []byte {
	keys := make(chan []byte)
	go func() {
		defer close(keys)
		var filter keyFilter
		buffer := make([]byte, 64)
		for {
			n, err := in.Read(buffer)
			var burst []byte
			for _, b := range buffer[:n] {
				if key, ok := filter.key(b); ok {
					burst = append(burst, key)
				}
			}
			if len(burst) > 0 {
				select {
				case keys <- burst:
				case <-over:
					return
				}
			}
			if err != nil {
				return
			}
		}
	}()
	return keys
}

// keyFilter picks keys out of what a keyboard sends. Arrows and the like come as escape
// sequences, which can hold digits.
type keyFilter struct{ escaped, inSequence bool }

func (f *keyFilter) key(b byte) (byte, bool) {
	switch {
	case f.inSequence:
		f.inSequence = b < '@' || b > '~' // its last byte
		return 0, false
	case f.escaped:
		f.escaped = false
		if b == '[' || b == 'O' {
			f.inSequence = true
			return 0, false
		}
	}
	switch {
	case b == escape:
		f.escaped = true
	case b == 'h' || b == 'H' || b == controlC || b == controlD:
		return hangUpKey, true
	case b == '\r' || b == '\n':
		return answerKey, true
	case isDigit(b) || b == '*' || b == '#':
		return b, true
	}
	return 0, false
}
