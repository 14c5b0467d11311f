package queue_test

import (
	"context"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

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
	if err := q.Put(ctx, queue.Task{Queue: queue.AgentMail, ID: "m_1", Payload: []byte("hello"), Within: time.Minute}); err != nil {
		fmt.Println(err)
	}
	err = q.Run(ctx, queue.Worker{Queue: queue.AgentMail, AtOnce: 1, Run: func(_ context.Context, task queue.Stored) error {
		fmt.Println(task.ID, string(task.Payload), task.Failures)
		stop()
		return nil
	}})
	fmt.Println(err)
	// Output:
	// m_1 hello 0
	// <nil>
}
