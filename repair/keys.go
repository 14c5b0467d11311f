package repair

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"updatecenter/audit"
	"updatecenter/internal/apikey"
	"updatecenter/internal/secret"
)

const keysPath = "/repair/keys"

func (c *Console) keyRoutes() []route {
	return []route{
		{path: keysPath, least: forAdministrators, get: c.showKeys, post: c.createKey, keeps: []string{"name", "scopes"}},
		{path: keysPath + "/revoke", least: forAdministrators, post: c.revokeKey, cut: "/revoke"},
	}
}

// A keyView is a key of the REST API as administrators see one.
type keyView struct {
	Name    string
	Scopes  string
	Created time.Time
	Revoked time.Time // zero: it works
}

// A keysPage lists the keys, and asks for a new one.
type keysPage struct {
	asking
	Keys  []keyView
	Token string // of the key that was made just now, which nobody sees again; "": none was
	Made  string // its name
}

func (c *Console) keysPage(v *visit) (keysPage, error) {
	keys, err := c.keys.Keys(v.ctx())
	if err != nil {
		return keysPage{}, fmt.Errorf("list keys: %w", err)
	}
	var page keysPage
	for _, key := range keys {
		page.Keys = append(page.Keys, keyView{
			Name: key.Name, Scopes: strings.ReplaceAll(apikey.JoinScopes(key.Scopes), ",", ", "),
			Created: key.Created, Revoked: key.Revoked,
		})
	}
	scopes := &field{Name: "scopes", Label: "What it may do", Type: "choices", Need: "Tick what the key may do: no more than its program needs."}
	for _, scope := range apikey.AllScopes {
		scopes.Options = append(scopes.Options, option{Value: string(scope), Words: string(scope)})
	}
	page.Form = v.newForm(
		&field{Name: "name", Label: "Name", Hint: "Of the program that will use it. It stands in histories and in the audit.", Max: 64, Need: "Enter a name."},
		scopes,
	)
	return page, nil
}

func (c *Console) showKeys(v *visit) error {
	page, err := c.keysPage(v)
	if err != nil {
		return err
	}
	if v.r.URL.Query().Get("note") == "revoked" {
		v.note = "Revoked. The key opens nothing any more."
	}
	return c.show(v, "keys", "Keys", page)
}

// createKey answers with the page itself, as the token is shown this once. Loaded again, it finds
// the name taken.
func (c *Console) createKey(v *visit) error {
	page, err := c.keysPage(v)
	if err != nil {
		return err
	}
	if !v.read(page.Form) {
		return c.show(v, "keys", "Keys", page)
	}
	token, err := c.makeKey(v, page.Form.value("name"), page.Form.field("scopes").chosen)
	switch {
	case errors.Is(err, apikey.ErrName):
		page.Form.fail("name", "A name is 1 to 64 letters, digits, dots, hyphens and underscores.")
	case errors.Is(err, apikey.ErrExists):
		page.Form.fail("name", "There is a key of this name. Choose another, or revoke that one first.")
	case err != nil:
		return err
	default:
		made := page.Form.value("name")
		v.r.PostForm = nil
		if page, err = c.keysPage(v); err != nil {
			return err
		}
		page.Token, page.Made = token.Reveal(), made
	}
	return c.show(v, "keys", "Keys", page)
}

// makeKey makes a key, and records it first: what can't be recorded isn't done.
func (c *Console) makeKey(v *visit, name string, chosen []string) (secret.Text, error) {
	scopes := make([]apikey.Scope, len(chosen))
	for i, scope := range chosen {
		scopes[i] = apikey.Scope(scope)
	}
	key, token, err := apikey.New(c.random, name, scopes, c.now())
	if err != nil {
		return secret.Text{}, fmt.Errorf("make key: %w", err)
	}
	if err := c.record(v, audit.KeyCreated, "key "+name, apikey.JoinScopes(scopes)); err != nil {
		return secret.Text{}, err
	}
	if err := c.keys.AddKey(v.ctx(), key); err != nil {
		return secret.Text{}, c.undone(v, audit.KeyCreated, "key "+name, fmt.Errorf("keep key: %w", err))
	}
	return token, nil
}

func (c *Console) revokeKey(v *visit) error {
	name := v.r.PostForm.Get("name")
	keys, err := c.keys.Keys(v.ctx())
	if err != nil {
		return fmt.Errorf("list keys: %w", err)
	}
	for _, key := range keys {
		if key.Name != name || !key.Revoked.IsZero() {
			continue
		}
		if err := c.record(v, audit.KeyRevoked, "key "+name, ""); err != nil {
			return err
		}
		err := c.keys.RevokeKey(v.ctx(), name, c.now())
		if err != nil && !errors.Is(err, apikey.ErrNotFound) {
			return c.undone(v, audit.KeyRevoked, "key "+name, fmt.Errorf("revoke key: %w", err))
		}
	}
	return v.redirect(keysPath + "?note=revoked")
}

// record notes what an administrator does, before it is done.
func (c *Console) record(v *visit, action audit.Action, subject, detail string) error {
	event := audit.Event{
		Action: action, By: string(v.session.Agent.Name), Via: audit.ViaConsole, From: v.from,
		Subject: subject, Detail: detail,
	}
	if err := c.audit.Record(v.ctx(), event); err != nil {
		return fmt.Errorf("record %s: %w", action, err)
	}
	return nil
}

// undone records that what was recorded did not come to pass, and returns why.
func (c *Console) undone(v *visit, action audit.Action, subject string, cause error) error {
	return errors.Join(cause, c.record(v, action, subject, "failed: was not done"))
}
