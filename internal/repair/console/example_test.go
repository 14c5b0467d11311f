package console_test

import (
	"fmt"

	"updatecenter/internal/repair/console"
)

func ExampleNew() {
	_, err := console.New(console.Config{PublicURL: "https://repair.example.com", Company: "Example Telephone"})
	fmt.Println(err)
	// Output: a console needs agents, sign-in, a desk, an audit, keys and a history
}
