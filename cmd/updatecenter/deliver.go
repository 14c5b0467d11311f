package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api"
	"updatecenter/internal/deliveries"
)

type deliverCommand struct {
	URL     string `default:"http://127.0.0.1:8080" help:"The server."`
	Key     string `env:"UPDATECENTER_KEY" help:"A key with the scopes deliveries:write and deliveries:read. Default: the demo's."`
	Secret  string `default:"security_code" enum:"security_code,security_answer" help:"security_code or security_answer."`
	Method  string `default:"voice" enum:"voice,letter,email" help:"voice, letter or email."`
	Account string `arg:"" help:"The account number."`
}

// Run asks for a delivery as the web site does, and tells how it goes.
func (cmd *deliverCommand) Run(ctx context.Context, c terminal) error {
	number, err := accounts.ParseNumber(cmd.Account)
	if err != nil {
		return usage(err)
	}
	if cmd.Key == "" {
		cmd.Key = demoKey
	}
	delivery, err := cmd.request(ctx, number)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s\n", delivery)
	return cmd.follow(ctx, c.out, delivery)
}

// request asks for the delivery, and returns its path.
func (cmd *deliverCommand) request(ctx context.Context, number accounts.Number) (string, error) {
	body, err := json.Marshal(map[string]string{"secret": cmd.Secret, "method": cmd.Method})
	if err != nil {
		return "", fmt.Errorf("request delivery: %w", err)
	}
	answer, err := cmd.do(ctx, http.MethodPost, "/v1/accounts/"+url.PathEscape(string(number))+"/deliveries", body)
	if err != nil {
		return "", fmt.Errorf("request delivery: %w", err)
	}
	defer answer.Body.Close()
	return answer.Header.Get("Location"), nil
}

// follow tells the events of a delivery, until the last.
func (cmd *deliverCommand) follow(ctx context.Context, out io.Writer, path string) error {
	answer, err := cmd.do(ctx, http.MethodGet, path+"/events", nil)
	if err != nil {
		return fmt.Errorf("follow delivery: %w", err)
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		data, isData := strings.CutPrefix(lines.Text(), "data:")
		var event deliveries.Event
		if !isData || json.Unmarshal([]byte(data), &event) != nil {
			continue
		}
		words := strings.TrimSpace(plain(event.Detail) + "  " + meanings[event.Status])
		fmt.Fprintf(out, "%s  %-11s  %s\n", event.At.Local().Format(time.TimeOnly), event.Status, words)
	}
	if err := lines.Err(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("follow delivery: %w", err)
	}
	return nil
}

// meanings say what there is to know about a status that isn't plain.
var meanings = map[deliveries.Status]string{ //nolint:exhaustive // the others are plain
	deliveries.Delivered:  "The code was told to somebody who pressed 1.",
	deliveries.NoticeLeft: "Nobody pressed 1, so the code was not told, only where to call. Ask again.",
	deliveries.Declined:   "Whoever answered did not ask for it: no calls for a day.",
	deliveries.Failed:     "Nobody could be reached. Ask again later, or for a letter.",
	deliveries.Sent:       "The letter is in the spool, or the e-mail was taken.",
}

// do sends a request, and makes an error of a refusal.
func (cmd *deliverCommand) do(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(cmd.URL, "/")+path, bytes.NewReader(body))
	if err != nil {
		return nil, usage(errors.New("--url is no URL"))
	}
	request.Header.Set("Authorization", "Bearer "+cmd.Key)
	request.Header.Set("Accept", "text/event-stream, application/json;q=0.9")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Idempotency-Key", rand.Text())
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, hint(err)
	}
	if answer.StatusCode < http.StatusBadRequest {
		return answer, nil
	}
	defer answer.Body.Close()
	var problem api.Problem
	if json.NewDecoder(io.LimitReader(answer.Body, secretFileLimit)).Decode(&problem) != nil {
		return nil, fmt.Errorf("the server answers %s", answer.Status)
	}
	return nil, fmt.Errorf("%s: %s", problem.Title, problem.Detail)
}
