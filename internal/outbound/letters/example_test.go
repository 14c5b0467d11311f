package letters_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/outbound/letters"
	"updatecenter/internal/outbound/wording"
	"updatecenter/internal/secret"
)

func Example() {
	spool, err := os.MkdirTemp("", "letters")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(spool) }()
	printer, err := letters.New(letters.Config{
		Dir:           spool,
		Company:       wording.Company{Company: "Northern Telephone", Repair: "+18005731311"},
		ReturnAddress: []string{"PO Box 2348", "Seattle, WA 98111-2348"},
	})
	if err != nil {
		panic(err)
	}
	err = printer.Print(context.Background(), deliveries.Letter{
		ID: "dlv_4k2mzq7x3n5r6t7v2w3y4a5b6c", Topic: deliveries.SecurityCode,
		Date: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC),
		Account: accounts.Account{
			Name: "Ana Ruiz", Code: secret.New("482910"),
			Address: accounts.Address{Street: []string{"1200 Nicollet Mall"}, City: "Minneapolis", State: "MN", ZIP: "55403"},
		},
	})
	files, _ := filepath.Glob(filepath.Join(spool, "[^.]*"))
	for _, file := range files {
		fmt.Println(filepath.Base(file))
	}
	fmt.Println(err)
	// Output:
	// dlv_4k2mzq7x3n5r6t7v2w3y4a5b6c.pdf
	// manifest-2026-01-05.csv
	// <nil>
}
