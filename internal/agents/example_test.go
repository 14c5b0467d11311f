package agents_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/hash"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
)

func exampleNow() time.Time { return time.Date(2026, 8, 31, 12, 0, 0, 0, time.UTC) }

func exampleContext() context.Context { return context.Background() }

func exampleConfig(store agents.Store, mailer agents.Mailer) agents.Config {
	keys, err := secret.ParseKeyring("2026a:q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=")
	if err != nil {
		panic(err)
	}
	hasher, err := hash.New(hash.Config{Keys: keys, AtOnce: 2, Waiting: 64})
	if err != nil {
		panic(err)
	}
	return agents.Config{
		Store: store, Hasher: hasher, Keys: keys, Mailer: mailer, Audit: &testkit.Trail{}, LinkURL: linkURL, Now: exampleNow,
	}
}

func ExampleAgents() {
	db, end := testkit.Embedded()
	defer end()
	var inbox testkit.Mail
	all, err := agents.New(exampleConfig(db.Agents(), &inbox))
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := exampleContext()
	root := agents.By{Name: "command line: root", Via: audit.ViaCommandLine}
	ann, err := all.Invite(ctx, root, agents.Invitee{
		Name: "ann", FullName: "Ann Olson", Email: "ann@example.com", Role: agents.RoleAgent,
	})
	fmt.Println(ann.Name, ann.State, err)

	token := secret.New(strings.TrimPrefix(inbox.All()[0].Link.Reveal(), linkURL))
	_, err = all.UseLink(ctx, agents.By{Via: audit.ViaConsole}, token, secret.New("ann.olson2026"))
	fmt.Println(err)
	ann, err = all.UseLink(ctx, agents.By{Via: audit.ViaConsole}, token, secret.New("wagon lichen thirsty plum"))
	fmt.Println(ann.State, ann.Next(), err)
	deadline, then := ann.Deadline(exampleNow())
	fmt.Println(then, "on", deadline.Format(time.DateOnly), "if unused")
	// Output:
	// ann invited <nil>
	// This password is made of your own name, user name or e-mail address, or of our name. Four or more words that have nothing to do with each other make a good password.
	// active factor <nil>
	// deactivated on 2027-02-28 if unused
}
