package rdb_test

import (
	"log/slog"
	"os"
	"testing"

	"updatecenter/internal/rdb"
)

func TestMain(m *testing.M) {
	rdb.LogTo(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}
