// Connections of checkout (Node 22) to pricing
// Written by advisor from checkout.yaml; rules in brackets, "was" is what stood before.
// Check: node --check pricing-agent.js
// Apply: require it once, pass the agent with every request
// Undo:  restore what stands after "was"
//
//   const https = require('node:https');
//   const agent = require('./pricing-agent')(https);
//   https.get(url, { agent }, …);
'use strict';

module.exports = function agent(protocol) {
  return new protocol.Agent({
    // [idle-pool-too-small] was: not set (default of Agent.keepAlive)
    // 6 x sqrt(17.9) = 25.4, rounded up.
    keepAlive: true,
    // [idle-pool-too-small] was: not set (default of Agent.keepAliveMsecs)
    // 6 x sqrt(17.9) = 25.4, rounded up.
    keepAliveMsecs: 7_000,
    // [idle-pool-too-small] was: not set (default of Agent.maxSockets)
    // 6 x sqrt(17.9) = 25.4, rounded up.
    maxSockets: 8,
    // [idle-pool-too-small] was: not set (default of Agent.maxTotalSockets)
    // 6 x sqrt(17.9) = 25.4, rounded up.
    maxTotalSockets: 8,
    // [idle-pool-too-small] was: not set (default of Agent.maxFreeSockets)
    // 6 x sqrt(17.9) = 25.4, rounded up.
    maxFreeSockets: 8,
    // [idle-pool-too-small] was: not set (default of Agent.scheduling)
    // 6 x sqrt(17.9) = 25.4, rounded up.
    scheduling: 'fifo',
    // [idle-pool-too-small] was: not set (default of Agent.timeout)
    // 6 x sqrt(17.9) = 25.4, rounded up.
    timeout: 7_000,
    // [idle-pool-too-small] was: not set (default of Agent.agentKeepAliveTimeoutBuffer)
    // 6 x sqrt(17.9) = 25.4, rounded up.
    agentKeepAliveTimeoutBuffer: 7_000,
  });
};
