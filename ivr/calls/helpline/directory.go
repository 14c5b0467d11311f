package helpline

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"updatecenter/internal/nanp"
	"updatecenter/internal/rows"
	"updatecenter/internal/typed"
	"updatecenter/ivr"
)

// A Directory says who helps with what, by which number, and whether callers are put through. It is a table of
// the operator's:
//
//	topic,english,spanish,number,transfer
//	long-distance,our long distance support,nuestro servicio de larga distancia,800-860-2255,yes
//	other,DIRECTV,DIRECTV,800-531-5000,no
//
// Each topic but "other" has one row; the rows of "other" are services that other companies manage, at least one,
// in the order in which they are offered. Names are spoken in the middle of a sentence. Without a number it is
// the settings' number of the repair service, or that of people of ours.
type Directory struct{ contacts []contact }

// A contact is who helps with a topic.
type contact struct {
	topic    topic
	name     ivr.Prompt // in both languages, a phrase of the flow
	number   nanp.Number
	transfer bool
}

// A topic is what a contact helps with.
type topic string

// The topics.
const (
	person        topic = "person" // whatever it is about
	repair        topic = "repair"
	onlineAccount topic = "online-account"
	email         topic = "email"
	voiceMail     topic = "voice-mail"
	longDistance  topic = "long-distance"
	television    topic = "tv"
	antivirus     topic = "antivirus"
	other         topic = "other" // of another company
)

// single are the topics that have one row each.
var single = []topic{person, repair, onlineAccount, email, voiceMail, longDistance, television, antivirus}

// Bounds of a directory.
const (
	maxName   = 40 // characters
	maxOthers = 12
	maxShown  = 5 // of the others, without turning pages
)

// ErrDirectory is said of a table that is no [Directory]; the text around it says why.
var ErrDirectory = errors.New("not a directory of the help line")

//go:embed directory.csv
var standard string

// StandardDirectory is the one that serves while the operator has written none.
func StandardDirectory() Directory {
	d, err := ReadDirectory(strings.NewReader(standard))
	if err != nil {
		panic(err) // a test reads it
	}
	return d
}

// ReadDirectory reads a directory as package rows reads tables. Every error is [ErrDirectory], and tells all that
// is wrong.
func ReadDirectory(r io.Reader) (Directory, error) {
	columns := []rows.Column{
		{Name: "topic", Must: true}, {Name: "english", Must: true}, {Name: "spanish", Must: true},
		{Name: "number", Must: true}, {Name: "transfer", Must: true},
	}
	var d Directory
	var wrong []error
	for c, err := range rows.ReadAs(r, columns, readRow) {
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		d.contacts = append(d.contacts, c)
	}
	if wrong = append(wrong, d.missing()...); len(wrong) > 0 {
		return Directory{}, fmt.Errorf("%w: %w", ErrDirectory, errors.Join(wrong...))
	}
	return d, nil
}

func readRow(row rows.Row) (contact, error) {
	c := contact{topic: topic(row.Get("topic"))}
	if c.topic != other && !slices.Contains(single, c.topic) {
		return c, row.Bad("topic", "is none of "+fmt.Sprint(single)+" and other")
	}
	for _, column := range []string{"english", "spanish"} {
		name := row.Get(column)
		if name == "" || !typed.Plain(name, maxName) || strings.ContainsAny(name, "{}") {
			return c, row.Bad(column, fmt.Sprintf("is no name of 1 to %d characters", maxName))
		}
	}
	c.name = ivr.Prompt{Name: "helpline-name-" + string(c.topic), EN: row.Get("english"), ES: row.Get("spanish")}
	if c.topic == other {
		c.name.Name += "-" + slug(c.name.EN)
	}
	if text := row.Get("number"); text != "" {
		number, err := typed.Number(text)
		if err != nil {
			return c, row.Bad("number", "is no North American telephone number")
		}
		c.number = number
	} else if c.topic == other {
		return c, row.Bad("number", "is missing, and the service is not ours")
	}
	if c.transfer = row.Get("transfer") == "yes"; !c.transfer && row.Get("transfer") != "no" {
		return c, row.Bad("transfer", "is neither yes nor no")
	}
	return c, nil
}

// slug is a name in words-with-hyphens.
func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return r >= utf8.RuneSelf || !('a' <= r && r <= 'z' || '0' <= r && r <= '9')
	})
	return strings.Join(words, "-")
}

// missing says of which topics there are too few rows or too many, and which two have one name.
func (d Directory) missing() []error {
	var wrong []error
	count, names := make(map[topic]int), make(map[string]bool)
	for _, c := range d.contacts {
		count[c.topic]++
		if names[c.name.Name] {
			wrong = append(wrong, fmt.Errorf("two rows have the English name %q, or nearly so", c.name.EN))
		}
		names[c.name.Name] = true
	}
	for _, t := range single {
		if count[t] != 1 {
			wrong = append(wrong, fmt.Errorf("topic %s: want one row, not %d", t, count[t]))
		}
	}
	if n := count[other]; n < 1 || n > maxOthers {
		wrong = append(wrong, fmt.Errorf("topic %s: want 1 to %d rows, not %d", other, maxOthers, n))
	}
	return wrong
}

// Numbers are those that it names.
func (d Directory) Numbers() []nanp.Number {
	var all []nanp.Number
	for _, c := range d.contacts {
		if c.number != "" {
			all = append(all, c.number)
		}
	}
	return all
}

// of is the contact for a topic that has one.
func (d Directory) of(t topic) contact {
	return d.contacts[slices.IndexFunc(d.contacts, func(c contact) bool { return c.topic == t })]
}

// others are the services of other companies.
func (d Directory) others() []contact {
	return slices.DeleteFunc(slices.Clone(d.contacts), func(c contact) bool { return c.topic != other })
}

// names are those of all contacts.
func (d Directory) names() []ivr.Prompt {
	all := make([]ivr.Prompt, len(d.contacts))
	for i, c := range d.contacts {
		all[i] = c.name
	}
	return all
}

// offer is the option that leads to a service of another company.
func (c contact) offer() ivr.Prompt {
	return ivr.Prompt{
		Name: strings.Replace(c.name.Name, "-name-", "-for-", 1),
		EN:   "For " + c.name.EN + ", press {key}.",
		ES:   "Para " + c.name.ES + ", oprima el {key}.",
	}
}

// at is the step that leads to a contact.
func (c contact) at() ivr.Step {
	return ivr.Step("contact-" + strings.TrimPrefix(c.name.Name, "helpline-name-"))
}
