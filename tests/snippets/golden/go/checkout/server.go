// HTTP server of checkout (Go 22)
// Written by advisor from checkout.yaml; rules in brackets, "was" is what stood before.
// Check: gofmt -l . && go vet ./...
// Apply: call Tune with the server before it serves
// Undo:  restore what stands after "was"
// Standard library only.
//	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
//	defer stop()
//	err := checkout.Serve(ctx, server)

package checkout

import (
	"context"
	"net/http"
	"time"
)

const (
	// [idle-pool-too-small] was: not set (default of callee.shutdown_grace)
	// 6 x sqrt(17.9) = 25.4, rounded up.
	shutdownGrace = 7 * time.Second

	// [idle-pool-too-small] was: not set (default of callee.pre_stop_delay)
	// 6 x sqrt(17.9) = 25.4, rounded up.
	preStopDelay = 7 * time.Second
)

// Tune sets what the plan changes. Call it before the server serves.
func Tune(server *http.Server) {
	// [idle-pool-too-small] was: not set (default of Server.IdleTimeout)
	// 6 x sqrt(17.9) = 25.4, rounded up.
	server.IdleTimeout = 7 * time.Second
	// [idle-pool-too-small] was: not set (default of Server.ReadTimeout)
	// 6 x sqrt(17.9) = 25.4, rounded up.
	server.ReadTimeout = 7 * time.Second
	// [idle-pool-too-small] was: not set (default of Server.ReadHeaderTimeout)
	// 6 x sqrt(17.9) = 25.4, rounded up.
	server.ReadHeaderTimeout = 7 * time.Second
	// [idle-pool-too-small] was: not set (default of Server.WriteTimeout)
	// 6 x sqrt(17.9) = 25.4, rounded up.
	server.WriteTimeout = 7 * time.Second
	// [idle-pool-too-small] was: not set (default of Server.MaxHeaderBytes)
	// 6 x sqrt(17.9) = 25.4, rounded up.
	server.MaxHeaderBytes = 65536
}

// Serve serves until ctx ends, then closes the listener and lets running requests finish.
func Serve(ctx context.Context, server *http.Server) error {
	served := make(chan error, 1)
	go func() { served <- server.ListenAndServe() }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	time.Sleep(preStopDelay) // callers learn in the meantime that this instance leaves
	ending, cancel := context.WithTimeout(context.Background(), shutdownGrace)
	defer cancel()
	return server.Shutdown(ending)
}
