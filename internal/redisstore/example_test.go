package redisstore_test

import (
	"context"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"

	"updatecenter/internal/redisstore"
	"updatecenter/pins"
)

func ExampleOpen() {
	server, err := miniredis.Run()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	db, err := redisstore.Open("redis://" + server.Addr())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = db.Close() }()

	ctx, lines := context.Background(), db.Lines()
	created, err := lines.Add(ctx, []pins.NewLine{{Number: "+16125550142", Language: "es"}}, time.Now())
	fmt.Println(created, err)
	line, err := lines.Line(ctx, "+16125550142")
	fmt.Println(line.Language, line.Temporary(), err)
	// Output:
	// [true] <nil>
	// es true <nil>
}
