package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sound are settings that a server starts with.
var sound = map[string]string{
	"PUBLIC_URL":        "https://ivr.example.com",
	"REDIS_URL":         "redis://127.0.0.1:1",
	"TWILIO_AUTH_TOKEN": "token",
	"SECRET_KEYS":       "a:" + strings.Repeat("A", 43) + "=",
}

// readSettings reads the settings of an environment as serve does.
func readSettings(t *testing.T, environment map[string]string) (config, error) {
	t.Helper()
	for name, value := range environment {
		t.Setenv(name, value)
	}
	var cli struct {
		Serve serveCommand `cmd:""`
	}
	parser := must(parserOf(&cli, console{out: &bytes.Buffer{}, err: &bytes.Buffer{}}, func(int) {}))(t)
	if _, err := parser.Parse([]string{"serve"}); err != nil {
		t.Fatal(err)
	}
	return cli.Serve.read(os.Getenv)
}

func TestSettings(t *testing.T) {
	c, err := readSettings(t, with(sound, map[string]string{
		"TWILIO_AUTH_TOKEN": "new, old", "SIP_DOMAINS": "a.sip.twilio.com,b.sip.twilio.com",
		"DIAL_78_NUMBERS": "612-555-7800", "REPAIR_TRANSFER": "+16125550100", "PIN_MAX_DIGITS": "8",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.authTokens) != 2 || c.authTokens[1].Reveal() != "old" || len(c.sipDomains) != 2 ||
		c.dial78[0] != "+16125557800" || c.transfer != "+16125550100" || c.repair != "+18005731311" ||
		c.policy.MaxDigits != 8 || c.listenAddr != "127.0.0.1:8080" {
		t.Errorf("read %+v", c)
	}
}

// TestWrongSettings finds each mistake by itself, and all of them at once.
func TestWrongSettings(t *testing.T) {
	wrong := map[string]string{
		"LISTEN_ADDR": "8080", "PUBLIC_URL": "ivr.example.com", "REDIS_URL": "", "TWILIO_AUTH_TOKEN": " ",
		"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_API_BASE_URL": "ftp://x", "SIP_DOMAINS": "nodots", "DIAL_78_NUMBERS": "911",
		"SECRET_KEYS": "a:short-hidden", "TEMPORARY_PIN": "12a4", "REPAIR_NUMBER": "+442079460123", "REPAIR_TRANSFER": "0",
		"RECORDINGS_DIR": "/does/not/exist", "LOG_LEVEL": "loud", "PROVISIONING_URL": "http://switch.example.com/events",
	}
	for name, value := range wrong {
		t.Run(name, func(t *testing.T) {
			_, err := readSettings(t, with(sound, map[string]string{name: value}))
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s=%q: %v", name, value, err)
			}
		})
	}
	_, err := readSettings(t, wrong)
	if err == nil {
		t.Fatal("all wrong, and no error")
	}
	for name := range wrong {
		if strings.Count(err.Error(), name) < 1 {
			t.Errorf("%s is not told: %v", name, err)
		}
	}
	for _, hidden := range []string{"hidden", "12a4"} {
		if strings.Contains(err.Error(), hidden) {
			t.Errorf("a secret is told: %v", err)
		}
	}
}

func TestSecretFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("from-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := readSettings(t, with(sound, map[string]string{"TWILIO_AUTH_TOKEN": "", "TWILIO_AUTH_TOKEN_FILE": file}))
	if err != nil || c.authTokens[0].Reveal() != "from-file" {
		t.Errorf("read %v, %v", c.authTokens, err)
	}
	for name, environment := range map[string]map[string]string{
		"both":    {"TWILIO_AUTH_TOKEN_FILE": file},
		"missing": {"TWILIO_AUTH_TOKEN": "", "TWILIO_AUTH_TOKEN_FILE": file + "x"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := readSettings(t, with(sound, environment)); err == nil {
				t.Error("no error")
			}
		})
	}
}

func with(base, change map[string]string) map[string]string {
	all := maps.Clone(base)
	maps.Copy(all, change)
	return all
}
