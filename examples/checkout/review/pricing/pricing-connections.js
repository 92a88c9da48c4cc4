// HTTP server of pricing (Node.js 18)
// Written by advisor from checkout/checkout.yaml; rules in brackets, "was" is what stood before.
// Check: node --check pricing-connections.js
// Apply: require('./pricing-connections')(server), before the server listens
// Undo:  keepAliveTimeout 5_000; or drop the call
'use strict';

module.exports = function connections(server) {
  // [idle-timeout-ordering] was: 5s (stated, checkout/checkout.yaml:43:34)
  // pricing closes idle connections before edge stops reusing them
  // at least 61s = 60s + 1s
  server.keepAliveTimeout = 70_000;

  // Before Node 19, server.close() waits until idle connections end by themselves: announce the close, and sweep.
  // A handler for SIGTERM replaces Node's own, which ends the process at once. If the program has one, merge the two.
  process.once('SIGTERM', () => {
    server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'));
    stop();
  });

  function stop() {
    const sweep = setInterval(() => server.closeIdleConnections(), 1_000); // Node 18.2 or newer
    server.close(() => clearInterval(sweep));
  }
};
