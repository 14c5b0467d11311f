package accounts_test

import (
	"strings"
	"testing"

	"updatecenter/internal/accounts"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

func TestKeypad(t *testing.T) {
	for text, want := range map[string]string{
		"abcdefghijklmnopqrstuvwxyz": "22233344455566677778889999", "ABC-DEF 0189": "2223330189", "Niño, Ärger!": "6466274" + "37",
		"２ｂ": "22", "": "", "!?* ": "", "Юлия": "", "25834376642": "25834376642",
	} {
		check.Same(t, accounts.Keypad(secret.New(text)).Reveal(), want)
	}
}

// TestKindsNeverMeet: no number of one kind is read as one of the other, and no account becomes one of the other.
func TestKindsNeverMeet(t *testing.T) {
	f := newFixture(t)
	mine := accounts.LongDistance(testkit.Home)
	for _, text := range []string{string(mine), "ld:+16125550142", "LD:6125550142", "ld:"} {
		if number, err := accounts.ParseNumber(text); err == nil {
			t.Errorf("%q is read as %q", text, number)
		}
	}
	btn, is := mine.BTN()
	if _, bill := coded.BTN(); !is || btn != testkit.Home || bill {
		t.Errorf("%q, %t; %t", btn, is, bill)
	}
	if _, is := accounts.Number("ld:911").BTN(); is {
		t.Error("ld:911 is one")
	}
	f.put(t, mine, home())
	other := accounts.LongDistance(testkit.Other)
	for from, to := range map[accounts.Number]accounts.Number{mine: "A1", coded: other} {
		check.Is(t, check.Err(f.Renumber(t.Context(), from, to, byAnn)), accounts.ErrNumber)
	}
	check.OK(t, check.Err(f.Renumber(t.Context(), mine, other, byAnn)))
	same(t, f.get(t, other).Number, other)
	check.Is(t, check.Err(f.Put(t.Context(), "ld:911", home(), byAnn)), accounts.ErrNumber)
}

// TestPutUserNameAndPassword: they are changed where they are given and other than before; the history tells which.
func TestPutUserNameAndPassword(t *testing.T) {
	f := newFixture(t)
	mine := accounts.LongDistance(testkit.Home)
	details := home()
	details.UserName, details.Password = text(" pat "), secret.New("Blue Heron")
	update := f.put(t, mine, details)
	same(t, update.After.UserName, "pat")
	if hash := string(update.After.Password); hash == "" || strings.Contains(hash, "25834") {
		t.Errorf("the hash is %q", hash)
	}
	for _, test := range []struct {
		details accounts.Details
		want    accounts.Changes
	}{
		{details, nil},
		{accounts.Details{Password: secret.New("blueheron")}, nil}, // the same keys
		{accounts.Details{Password: secret.New("green")}, accounts.Changes{accounts.ChangedPassword}},
		{accounts.Details{UserName: text("")}, accounts.Changes{accounts.ChangedUserName}},
	} {
		same(t, f.put(t, mine, test.details).Changed, test.want)
	}
	same(t, f.events(t, mine), []accounts.Event{
		accounts.Created, accounts.CodeProvisioned, accounts.PasswordChanged, accounts.UserNameChanged,
	})
	for field, bad := range map[string]accounts.Details{
		"password":  {Password: secret.New("!?")},
		"user_name": {UserName: text(strings.Repeat("x", 65))},
	} {
		_, err := f.Put(t.Context(), mine, bad, byAnn)
		check.Is(t, err, accounts.ErrDetails)
		if !strings.HasPrefix(err.Error(), "put account: "+field) {
			t.Error(err)
		}
	}
}

func TestReadLongDistanceCSV(t *testing.T) {
	file := "btn,user_name,password,name,street1,city,state,zip,phone,security_code\n" +
		"612-555-0142,pat,Blue Heron,Pat Larsen,12 Elm,Duluth,mn,55801,,826517\n" +
		"612-555-0143,,,Pat Larsen,12 Elm,Duluth,MN,55801,6125550144,\n" +
		"911,,,Pat Larsen,12 Elm,Duluth,MN,55801,,\n" +
		"612-555-0145,,!?,Pat Larsen,12 Elm,Duluth,MN,55801,,\n"
	var rows, bad []string
	for row, err := range accounts.ReadLongDistanceCSV(strings.NewReader(file)) {
		if err != nil {
			bad = append(bad, err.Error())
			continue
		}
		rows = append(rows, strings.Join([]string{string(row.Number), string(row.Details.Phone), row.Details.Password.Reveal(), row.Details.Code.Reveal()}, " "))
	}
	check.Same(t, rows, []string{"ld:+16125550142 +16125550142 Blue Heron 826517", "ld:+16125550143 +16125550144  "})
	if len(bad) != 2 || strings.Contains(bad[1], "!?") || !strings.Contains(bad[1], "password") {
		t.Errorf("%q", bad)
	}
}
