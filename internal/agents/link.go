package agents

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/secret"
)

// LinkFor is how long a link works, once (NIST SP 800-63B: a code by e-mail lives 24 hours).
const LinkFor = 24 * time.Hour

// A token is the 26 characters of the agent's ID, by which the profile is found, and 32 random
// bytes in base64url, which make it one.
const (
	tokenBytes  = 32
	tokenLength = idLength + 43
)

// newLink puts a new link in the place of an older one.
func (a *Agents) newLink(agent *Agent, now time.Time) (secret.Text, error) {
	var drawn [tokenBytes]byte
	if _, err := io.ReadFull(a.random, drawn[:]); err != nil {
		return secret.Text{}, fmt.Errorf("draw link: %w", err)
	}
	token := strings.TrimPrefix(string(agent.ID), idPrefix) + base64.RawURLEncoding.EncodeToString(drawn[:])
	agent.Link = Link{Hash: sha256.Sum256([]byte(token)), Until: now.Add(LinkFor)}
	return secret.New(token), nil
}

// parseToken returns whose link a token is, if it is one.
func parseToken(token secret.Text) (ID, bool) {
	text := token.Reveal()
	if len(text) != tokenLength {
		return "", false
	}
	id, err := ParseID(idPrefix + text[:idLength])
	if err != nil {
		return "", false
	}
	drawn, err := base64.RawURLEncoding.Strict().DecodeString(text[idLength:])
	return id, err == nil && len(drawn) == tokenBytes
}

// opens says whether the token is the agent's link, and still works.
func (a Agent) opens(token secret.Text, now time.Time) bool {
	hash := sha256.Sum256([]byte(token.Reveal()))
	right := subtle.ConstantTimeCompare(hash[:], a.Link.Hash[:]) == 1
	return right && now.Before(a.Link.Until) && a.usable(now) == nil
}

// Open looks whose link this is, and uses nothing up: mail programs open links by themselves.
// The only error that a person makes is [ErrLink].
func (a *Agents) Open(ctx context.Context, token secret.Text) (Agent, error) {
	id, ok := parseToken(token)
	if !ok {
		return Agent{}, ErrLink
	}
	agent, err := a.Get(ctx, id)
	switch {
	case errors.Is(err, ErrNoAgent):
		return Agent{}, ErrLink
	case err != nil:
		return Agent{}, fmt.Errorf("open link: %w", err)
	case !agent.opens(token, a.now()):
		return Agent{}, ErrLink
	}
	return agent, nil
}

// UseLink sets the password of whoever has the link, and uses the link up. Of two at once one
// wins. The second factor is chosen anew, and sessions end. If by has no name it is the agent.
// Errors: [ErrLink]; [*PasswordError], and then the link still works; [pins.ErrBusy].
func (a *Agents) UseLink(ctx context.Context, by By, token, password secret.Text) (Agent, error) {
	agent, err := a.Open(ctx, token)
	if err != nil {
		return Agent{}, err
	}
	if err := a.judge(agent, password); err != nil {
		return Agent{}, err
	}
	hash, err := a.hasher.Hash(ctx, normal(password))
	if err != nil {
		return Agent{}, fmt.Errorf("hash password: %w", err)
	}
	if by.Name == "" {
		by.Name = string(agent.Name)
	}
	had := agent.Password != ""
	agent, err = a.do(ctx, agent.ID, deed{
		by: by, action: audit.PasswordChanged, detail: "by a link",
		edit: func(agent *Agent, now time.Time) error {
			if !agent.opens(token, now) {
				return ErrLink
			}
			agent.Password, agent.Link = hash, Link{}
			agent.Factor, agent.AppKey, agent.LastStep = "", secret.Text{}, 0
			agent.State, agent.Since = Active, now
			agent.Epoch++
			return nil
		},
	})
	if err != nil {
		return Agent{}, fmt.Errorf("use link: %w", err)
	}
	if had {
		a.tell(ctx, agent.message(PasswordWasChanged, a.now()))
	}
	return agent, nil
}
