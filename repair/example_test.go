package repair_test

import (
	"fmt"

	"updatecenter/repair"
)

func ExampleNew() {
	_, err := repair.New(repair.Config{PublicURL: "https://repair.example.com", Company: "Example Telephone"})
	fmt.Println(err)
	// Output: a console needs agents, sign-in, a desk, an audit, keys and a history
}
