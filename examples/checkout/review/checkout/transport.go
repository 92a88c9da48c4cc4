// Connections of checkout (Go net/http 1.22) to aws-alb
// Written by advisor from checkout/checkout.yaml; rules in brackets, "was" is what stood before.
// Check: gofmt -l . && go vet ./...
// Apply: make one client when the program starts, and send every request through it
// Undo:  MaxIdleConnsPerHost 2, IdleConnTimeout 90 * time.Second, Timeout 0, and the rest of this file left out
// Standard library only, Go 1.22 or newer.
//	client := awsalb.NewClient(&http.Client{Transport: awsalb.NewTransport()})

package awsalb

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	// workload.deadline; nobody waits longer
	deadline = 800 * time.Millisecond

	// unchanged
	attempts = 3

	// [deadline-not-enforced] was: never (default of go 1.22)
	// a request of checkout may go on after 800ms, when nobody waits for it any more
	// at most 237ms = (800ms − 90ms) ÷ 3
	attemptTimeout = 200 * time.Millisecond

	// [retry-without-backoff] was: 0s (go has none)
	// checkout tries again at once, without a wait between attempts
	// at least 44.8ms
	// [retry-without-jitter] was: none (go has none)
	backoffBase = 45 * time.Millisecond

	// [retry-amplification] was: unlimited (go has none)
	// retries of checkout lead to 60 sends of one request when the last hop fails
	budgetShare = 0.1

	// one second of that share at peak
	budgetBurst = 40

	// [dial-rate-unlimited] was: unlimited (go has none)
	// nothing limits checkout's new connections
	// at most 31/s = max(2 × 0.108/s ÷ 1, 31 ÷ 1s)
	dialRate = 30

	// [dial-rate-unlimited] was: unlimited (go has none)
	// nothing limits checkout's new connections
	// at most 31 = max(8, ceil(17.9 + 3 × √17.9))
	dialBurst = 30
)

// ErrDialLimit says that a new connection was refused here, before it touched the network.
var ErrDialLimit = errors.New("limit of new connections reached")

// NewTransport returns the connection pool. Make one and keep it: a pool per request reuses nothing.
func NewTransport() *http.Transport {
	dialer := &net.Dialer{}
	// unchanged
	dialer.Timeout = 30 * time.Second
	dialer.KeepAlive = 30 * time.Second
	dials := newBucket(dialRate, dialBurst)
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if err := dials.wait(ctx, deadline); err != nil {
				return nil, err
			}
			return dialer.DialContext(ctx, network, address)
		},
	}
	// [idle-pool-too-small] was: 2 (stated, checkout/checkout.yaml:15:28)
	// checkout keeps 2 idle connections for 17.9 busy ones
	// at least 26 = 6 × √17.9
	transport.MaxIdleConnsPerHost = 30
	// [idle-timeout-ordering] was: 90s (stated, checkout/checkout.yaml:16:24)
	// aws-alb closes idle connections before checkout stops reusing them
	// at most 59s = 60s − 1s
	transport.IdleConnTimeout = 55 * time.Second
	// unchanged
	transport.MaxIdleConns = 100
	transport.TLSHandshakeTimeout = 10 * time.Second
	transport.ExpectContinueTimeout = time.Second
	transport.ForceAttemptHTTP2 = true
	transport.WriteBufferSize = 4096
	transport.ReadBufferSize = 4096
	return transport
}

// Client sends requests with few retries, a budget for these, a timeout for each attempt.
type Client struct {
	http   *http.Client
	budget *budget
}

// NewClient returns a Client that is safe for use by many goroutines. Make one and keep it: the budget is in it.
func NewClient(client *http.Client) *Client {
	return &Client{
		http:   client,
		budget: &budget{tokens: budgetBurst},
	}
}

// Do sends req and retries it where a second send is harmless and the budget allows one.
// Close the body of the answer to release its connection and timers.
func (c *Client) Do(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), deadline)
	c.budget.earn()
	for attempt := 1; ; attempt++ {
		resp, err := c.send(ctx, req)
		if !failed(resp, err) || attempt == attempts || !repeatable(req) || ctx.Err() != nil || !c.budget.spend() {
			if err != nil {
				cancel()
				return nil, err
			}
			resp.Body = &releasingBody{ReadCloser: resp.Body, release: cancel}
			return resp, nil
		}
		if resp != nil {
			drainAndClose(resp.Body)
		}
		if !sleep(ctx, backoff(attempt)) {
			cancel()
			return nil, errors.Join(err, ctx.Err())
		}
	}
}

// send makes one attempt, bounded by attemptTimeout until its body is closed.
func (c *Client) send(ctx context.Context, req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	again := req.Clone(ctx)
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			cancel()
			return nil, err
		}
		again.Body = body
	}
	resp, err := c.http.Do(again)
	if err != nil {
		cancel()
		return nil, err
	}
	resp.Body = &releasingBody{ReadCloser: resp.Body, release: cancel}
	return resp, nil
}

func failed(resp *http.Response, err error) bool {
	if err != nil {
		return !errors.Is(err, ErrDialLimit) // a refusal of our own is an answer
	}
	switch resp.StatusCode {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// repeatable follows net/http: other methods count only with an Idempotency-Key.
func repeatable(req *http.Request) bool {
	if req.Body != nil && req.Body != http.NoBody && req.GetBody == nil {
		return false
	}
	switch req.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	}
	return req.Header.Get("Idempotency-Key") != ""
}

// backoff doubles from attempt to attempt; all of it is chance, so that callers spread.
func backoff(attempt int) time.Duration {
	longest := backoffBase << (attempt - 1)
	return rand.N(longest + 1)
}

type releasingBody struct {
	io.ReadCloser
	release context.CancelFunc
}

func (b *releasingBody) Close() error {
	defer b.release()
	return b.ReadCloser.Close()
}

// drainAndClose reads what is left of a body, so that its connection can be used again.
func drainAndClose(body io.ReadCloser) {
	const most = 256 << 10 // beyond this a new connection is cheaper than reading on
	_, _ = io.Copy(io.Discard, io.LimitReader(body, most))
	_ = body.Close()
}

// budget lets retries be a share of first attempts, so that an outage is not multiplied.
type budget struct {
	mu     sync.Mutex
	tokens float64
}

func (b *budget) earn() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens = min(budgetBurst, b.tokens+budgetShare)
}

func (b *budget) spend() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// bucket is a token bucket: rate a second, burst at once.
type bucket struct {
	mu          sync.Mutex
	rate, burst float64
	tokens      float64
	last        time.Time
}

func newBucket(rate, burst float64) *bucket {
	return &bucket{rate: rate, burst: burst, tokens: burst, last: time.Now()}
}

// wait takes a token, or returns ErrDialLimit at once if none comes within patience.
func (b *bucket) wait(ctx context.Context, patience time.Duration) error {
	b.mu.Lock()
	now := time.Now()
	b.tokens = min(b.burst, b.tokens+now.Sub(b.last).Seconds()*b.rate)
	b.last = now
	var delay time.Duration
	if b.tokens < 1 {
		delay = time.Duration((1 - b.tokens) / b.rate * float64(time.Second))
	}
	if delay > patience {
		b.mu.Unlock()
		return ErrDialLimit
	}
	b.tokens--
	b.mu.Unlock()
	if delay == 0 || sleep(ctx, delay) {
		return nil
	}
	return ctx.Err()
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
