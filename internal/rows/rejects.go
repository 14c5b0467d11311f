package rows

import (
	"fmt"
	"io"
	"strings"
)

// Rejects writes the bad rows of a file as they were, each after the reason, so that they can be
// mended and read again. It has the file's columns and separator, in UTF-8. It holds whatever the
// rows held, secrets too.
type Rejects struct {
	W     io.Writer
	begun bool
}

// Add writes a bad row. All must be of one file.
func (r *Rejects) Add(bad *Error) error {
	if !r.begun {
		r.begun = true
		if bad.table.marked {
			if _, err := io.WriteString(r.W, mark); err != nil {
				return fmt.Errorf("write rejects: %w", err)
			}
		}
		if err := r.write(bad.table, reason, bad.table.header); err != nil {
			return err
		}
	}
	return r.write(bad.table, `"`+strings.ReplaceAll(bad.Reason, `"`, `""`)+`"`, bad.raw.Reveal())
}

func (r *Rejects) write(t *table, reason, row string) error {
	if _, err := fmt.Fprintf(r.W, "%s%c%s\n", reason, t.comma, row); err != nil {
		return fmt.Errorf("write rejects: %w", err)
	}
	return nil
}

// withoutReason is a row without the reason why it was rejected before, which stands first.
func (t *table) withoutReason(row string) string {
	if len(t.at) == 0 || t.at[0] >= 0 {
		return row
	}
	if _, rest, more, fault := field(row, t.comma); more && fault == "" {
		return rest
	}
	return row
}
