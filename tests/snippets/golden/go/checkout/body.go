// Response bodies in checkout (Go 22)
// Written by advisor from checkout.yaml; rules in brackets, "was" is what stood before.
// Check: gofmt -l . && go vet ./...
// Apply: call DrainAndClose in place of resp.Body.Close()
// Undo:  call resp.Body.Close() again

package pricing

import "io"

// DrainAndClose reads what is left of a body, so that its connection can be used again.
func DrainAndClose(body io.ReadCloser) error {
	// [idle-pool-too-small] was: not set (default of hop.drains_body)
	// 6 x sqrt(17.9) = 25.4, rounded up.
	const most = 256 << 10 // beyond this a new connection is cheaper than reading on
	_, err := io.Copy(io.Discard, io.LimitReader(body, most))
	if closing := body.Close(); err == nil {
		err = closing
	}
	return err
}
