package repair

import (
	"context"
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
		{path: keysPath + "/revoke", least: forAdministrators, get: c.askRevoke, post: c.revokeKey, cut: "/revoke"},
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
		page.Keys = append(page.Keys, viewKey(key))
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

func viewKey(key apikey.Key) keyView {
	return keyView{
		Name: key.Name, Scopes: strings.ReplaceAll(apikey.JoinScopes(key.Scopes), ",", ", "),
		Created: key.Created, Revoked: key.Revoked,
	}
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
		if page, err = c.keysPage(v); err != nil {
			return err
		}
		page.Token, page.Made = token.Reveal(), made
	}
	return c.show(v, "keys", "Keys", page)
}

// makeKey makes a key, and records it first: what can't be recorded isn't done. From there on it
// goes on although the browser may leave.
func (c *Console) makeKey(v *visit, name string, chosen []string) (secret.Text, error) {
	scopes := make([]apikey.Scope, len(chosen))
	for i, scope := range chosen {
		scopes[i] = apikey.Scope(scope)
	}
	key, token, err := apikey.New(c.random, name, scopes, c.now())
	if err != nil {
		return secret.Text{}, fmt.Errorf("make key: %w", err)
	}
	ctx, cancel := v.whole()
	defer cancel()
	if err := c.record(ctx, v, audit.KeyCreated, "key "+name, apikey.JoinScopes(scopes)); err != nil {
		return secret.Text{}, err
	}
	if err := c.keys.AddKey(ctx, key); err != nil {
		return secret.Text{}, c.undone(v, audit.KeyCreated, "key "+name, fmt.Errorf("keep key: %w", err))
	}
	return token, nil
}

// A revokePage asks whether a key shall be revoked.
type revokePage struct {
	asking
	Key keyView
}

// live finds the key of that name that isn't revoked; false: there is none.
func (c *Console) live(v *visit, name string) (revokePage, bool, error) {
	keys, err := c.keys.Keys(v.ctx())
	if err != nil {
		return revokePage{}, false, fmt.Errorf("list keys: %w", err)
	}
	for _, key := range keys {
		if key.Name == name && key.Revoked.IsZero() {
			sure := v.newForm(&field{
				Name: "sure", Label: "The programs that use this key have another, or need none", Type: "tick", Need: "Tick this when it is so.",
			})
			return revokePage{asking{sure}, viewKey(key)}, true, nil
		}
	}
	return revokePage{}, false, nil
}

func (c *Console) askRevoke(v *visit) error {
	page, found, err := c.live(v, v.r.URL.Query().Get("name"))
	if err != nil {
		return err
	}
	if !found {
		return noPage()
	}
	return c.show(v, "keys_revoke", "Revoke "+page.Key.Name, page)
}

// revokeKey takes a key that is revoked already, or never was, for revoked.
func (c *Console) revokeKey(v *visit) error {
	page, found, err := c.live(v, v.r.PostForm.Get("name"))
	if err != nil {
		return err
	}
	if found && !v.read(page.Form) {
		return c.show(v, "keys_revoke", "Revoke "+page.Key.Name, page)
	}
	if found {
		err = c.revoke(v, page.Key.Name)
	}
	if err != nil {
		return err
	}
	return v.redirect(keysPath + "?note=revoked")
}

func (c *Console) revoke(v *visit, name string) error {
	ctx, cancel := v.whole()
	defer cancel()
	if err := c.record(ctx, v, audit.KeyRevoked, "key "+name, ""); err != nil {
		return err
	}
	err := c.keys.RevokeKey(ctx, name, c.now())
	if err != nil && !errors.Is(err, apikey.ErrNotFound) {
		return c.undone(v, audit.KeyRevoked, "key "+name, fmt.Errorf("revoke key: %w", err))
	}
	return nil
}

// record notes what an administrator does, before it is done.
func (c *Console) record(ctx context.Context, v *visit, action audit.Action, subject, detail string) error {
	event := audit.Event{
		Action: action, By: string(v.session.Agent.Name), Via: audit.ViaConsole, From: v.from,
		Subject: subject, Detail: detail,
	}
	if err := c.audit.Record(ctx, event); err != nil {
		return fmt.Errorf("record %s: %w", action, err)
	}
	return nil
}

// undone records that what was recorded did not come to pass, or may not have, and returns why. For
// this there is time although the time of the answer may be over.
func (c *Console) undone(v *visit, action audit.Action, subject string, cause error) error {
	detail := "it is not known whether it was done"
	if errors.Is(cause, apikey.ErrExists) {
		detail = "failed, not done"
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(v.ctx()), audit.Within)
	defer cancel()
	return errors.Join(cause, c.record(ctx, v, action, subject, detail))
}
