package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"updatecenter/internal/detached"
	"updatecenter/internal/redisstore"
)

type serveCommand struct {
	config `embed:""`
}

// Run serves until the context ends.
func (cmd *serveCommand) Run(ctx context.Context, c terminal) error {
	db, err := redisstore.Open(cmd.RedisURL)
	if err != nil {
		return usage(fmt.Errorf("REDIS_URL: %w", err))
	}
	defer db.Close() //nolint:errcheck // at the end of the process
	log := slog.New(slog.NewJSONHandler(c.err, &slog.HandlerOptions{Level: cmd.LogLevel}))
	redisstore.LogTo(log)
	a, err := newApp(cmd.config, outside{db: db, now: time.Now, log: log})
	if err != nil {
		return usage(err)
	}
	if err := a.redis.start(ctx); err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cmd.ListenAddr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	var probes net.Listener
	if cmd.MetricsAddr != "" {
		if probes, err = (&net.ListenConfig{}).Listen(ctx, "tcp", cmd.MetricsAddr); err != nil {
			return fmt.Errorf("listen for /metrics: %w", errors.Join(err, listener.Close()))
		}
	}
	log.Info("serving", slog.String("address", listener.Addr().String()), slog.String("public_url", redacted(cmd.PublicURL)))
	ctx, stop := a.drained(ctx, cmd.ShutdownDelay)
	defer stop()
	return a.run(ctx, listener, probes)
}

// drained returns a context that ends a while after the one it is given, or at the next signal to
// stop. Meanwhile balancers are told to send requests to other servers, and nothing else changes:
// jobs and streams go on, as nobody else might take them over yet.
func (a *app) drained(told context.Context, delay time.Duration) (context.Context, context.CancelFunc) {
	ctx, end := context.WithCancel(context.WithoutCancel(told))
	context.AfterFunc(told, func() {
		defer end()
		again, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM) // before anybody can see that it drains
		defer stop()
		a.draining.Store(true)
		a.log.Info("balancers are told to send calls elsewhere", slog.Duration("for", delay))
		select {
		case <-again.Done():
		case <-time.After(delay):
		}
	})
	return ctx, end
}

// closing has connections end with their next answer while the server drains. Those on which nothing
// is asked stay open: a balancer may be about to ask there.
func (a *app) closing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.draining.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// redacted is a URL without the password that it may hold.
func redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Redacted()
}

// The time-outs of a connection. An answer takes a turn's time at most. Who keeps a connection is to
// close it first, or loses a webhook that is on its way meanwhile: Google's balancers keep theirs for
// 600 seconds, others for one minute.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 10 * time.Second
	writeTimeout  = 20 * time.Second
	idleTimeout   = 620 * time.Second
	maxHeader     = 32 << 10         // bytes
	shutdownTime  = 25 * time.Second // for the turns under way: longer than any answer may take
)

// serve answers requests until the context ends; then it takes no more and finishes
// those under way.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, log *slog.Logger) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	finishing, cancel := detached.Context(ctx, shutdownTime)
	defer cancel()
	if err := server.Shutdown(finishing); err != nil {
		return fmt.Errorf("stop serving: %w", err)
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}
