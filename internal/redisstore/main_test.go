package redisstore_test

import (
	"log/slog"
	"os"
	"testing"

	"updatecenter/internal/redisstore"
)

func TestMain(m *testing.M) {
	redisstore.LogTo(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}
