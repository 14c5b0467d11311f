package queue_test

import (
	"context"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"updatecenter/deliveries"
	"updatecenter/internal/queue"
)

func Example() {
	server, err := miniredis.Run()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer func() { _ = client.Close() }()

	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	q := queue.New(queue.Config{Client: client})
	if err := q.Enqueue(ctx, deliveries.Task{Delivery: "dlv_aaaaaaaaaaaaaaaaaaaaaaaaaa", Attempt: 1}, time.Now()); err != nil {
		fmt.Println(err)
	}
	err = q.Run(ctx, func(_ context.Context, task deliveries.Task) error {
		fmt.Println("attempt", task.Attempt, "at", task.Delivery)
		stop()
		return nil
	})
	fmt.Println(err)
	// Output:
	// attempt 1 at dlv_aaaaaaaaaaaaaaaaaaaaaaaaaa
	// <nil>
}
