// HTTP server of checkout (Node 22)
// Written by advisor from checkout.yaml; rules in brackets, "was" is what stood before.
// Check: node --check checkout-connections.js
// Apply: require('./checkout-connections')(server), before the server listens
// Undo:  restore what stands after "was"; or drop the call
'use strict';

module.exports = function connections(server) {
  // [idle-pool-too-small] was: not set (default of server.keepAliveTimeout)
  // 6 x sqrt(17.9) = 25.4, rounded up.
  server.keepAliveTimeout = 7_000;

  // [idle-pool-too-small] was: not set (default of server.keepAliveTimeoutBuffer)
  // 6 x sqrt(17.9) = 25.4, rounded up.
  server.keepAliveTimeoutBuffer = 7_000;

  // [idle-pool-too-small] was: not set (default of server.headersTimeout)
  // 6 x sqrt(17.9) = 25.4, rounded up.
  server.headersTimeout = 7_000;

  // [idle-pool-too-small] was: not set (default of server.requestTimeout)
  // 6 x sqrt(17.9) = 25.4, rounded up.
  server.requestTimeout = 7_000;

  // [idle-pool-too-small] was: not set (default of server.timeout)
  // 6 x sqrt(17.9) = 25.4, rounded up.
  server.timeout = 7_000;

  // [idle-pool-too-small] was: not set (default of server.maxRequestsPerSocket)
  // 6 x sqrt(17.9) = 25.4, rounded up.
  server.maxRequestsPerSocket = 8;

  // [idle-pool-too-small] was: not set (default of server.maxConnections)
  // 6 x sqrt(17.9) = 25.4, rounded up.
  server.maxConnections = 8;

  // [idle-pool-too-small] was: not set (default of callee.shutdown_grace)
  // 6 x sqrt(17.9) = 25.4, rounded up.
  // [idle-pool-too-small] was: not set (default of callee.pre_stop_delay)
  // 6 x sqrt(17.9) = 25.4, rounded up.
  // A handler for SIGTERM replaces Node's own, which ends the process at once. If the program has one, merge the two.
  process.once('SIGTERM', () => {
    server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'));
    setTimeout(stop, 7_000); // callers learn in the meantime that this instance leaves
  });

  function stop() {
    server.close();
    setTimeout(() => server.closeAllConnections(), 7_000).unref(); // Node 18.2 or newer
  }
};
