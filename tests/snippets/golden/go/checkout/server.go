// HTTP server of checkout (Go 22)
// Written by advisor from checkout.yaml; rules in brackets, "was" is what stood before.
// Check: gofmt -l . && go vet ./...
// Apply: call the functions below where the server is made and started
// Undo:  restore what stands after "was"
// Standard library only.
//	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
//	defer stop()
//	err := checkout.Serve(ctx, server)

package checkout

import (
	"context"
	"net"
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
	if server.HTTP2 == nil {
		server.HTTP2 = &http.HTTP2Config{} // Go 1.24 or newer
	}
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
	// [idle-pool-too-small] was: not set (default of Server.SetKeepAlivesEnabled)
	// 6 x sqrt(17.9) = 25.4, rounded up.
	server.SetKeepAlivesEnabled(true)
	// [idle-pool-too-small] was: not set (default of Server.HTTP2Config.SendPingTimeout)
	// 6 x sqrt(17.9) = 25.4, rounded up.
	server.HTTP2.SendPingTimeout = 7 * time.Second
	// [idle-pool-too-small] was: not set (default of Server.HTTP2Config.PingTimeout)
	// 6 x sqrt(17.9) = 25.4, rounded up.
	server.HTTP2.PingTimeout = 7 * time.Second
}

// Listen returns a listener for the server, its connections with the planned TCP keep-alive.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	config := net.ListenConfig{}
	// [idle-pool-too-small] was: not set (default of ListenConfig.KeepAlive)
	// 6 x sqrt(17.9) = 25.4, rounded up.
	config.KeepAlive = 7 * time.Second
	// [idle-pool-too-small] was: not set (default of ListenConfig.KeepAliveConfig.Enable)
	// 6 x sqrt(17.9) = 25.4, rounded up.
	config.KeepAliveConfig.Enable = true
	// [idle-pool-too-small] was: not set (default of ListenConfig.KeepAliveConfig.Idle)
	// 6 x sqrt(17.9) = 25.4, rounded up.
	config.KeepAliveConfig.Idle = 7 * time.Second
	// [idle-pool-too-small] was: not set (default of ListenConfig.KeepAliveConfig.Interval)
	// 6 x sqrt(17.9) = 25.4, rounded up.
	config.KeepAliveConfig.Interval = 7 * time.Second
	// [idle-pool-too-small] was: not set (default of ListenConfig.KeepAliveConfig.Count)
	// 6 x sqrt(17.9) = 25.4, rounded up.
	config.KeepAliveConfig.Count = 8
	return config.Listen(ctx, "tcp", address)
}

// Serve serves until ctx ends, then closes the listener and lets running requests finish.
func Serve(ctx context.Context, server *http.Server) error {
	served := make(chan error, 1)
	listener, err := Listen(ctx, server.Addr)
	if err != nil {
		return err
	}
	go func() { served <- server.Serve(listener) }()
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
