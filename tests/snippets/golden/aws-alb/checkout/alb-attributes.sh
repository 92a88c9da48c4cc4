# Attributes of checkout (Aws-alb 22), by the AWS CLI
# Written by advisor from checkout.yaml; rules in brackets, "was" is what stood before.
# Check: sh -n alb-attributes.sh
# Apply: set the ARNs, then sh alb-attributes.sh
# Undo:  the commands behind "undo:"
set -eu
: "${LOAD_BALANCER_ARN:?set it to the ARN of the load balancer}"
: "${TARGET_GROUP_ARN:?set it to the ARN of the target group}"
: "${LISTENER_ARN:?set it to the ARN of the listener}"

# [idle-pool-too-small] was: not set (default of idle_timeout.timeout_seconds)
# 6 x sqrt(17.9) = 25.4, rounded up.
aws elbv2 modify-load-balancer-attributes --load-balancer-arn "$LOAD_BALANCER_ARN" --attributes Key=idle_timeout.timeout_seconds,Value=7

# [idle-pool-too-small] was: not set (default of client_keep_alive.seconds)
# 6 x sqrt(17.9) = 25.4, rounded up.
aws elbv2 modify-load-balancer-attributes --load-balancer-arn "$LOAD_BALANCER_ARN" --attributes Key=client_keep_alive.seconds,Value=7

# [idle-pool-too-small] was: not set (default of routing.http2.enabled)
# 6 x sqrt(17.9) = 25.4, rounded up.
aws elbv2 modify-load-balancer-attributes --load-balancer-arn "$LOAD_BALANCER_ARN" --attributes Key=routing.http2.enabled,Value=true

# [idle-pool-too-small] was: not set (default of preserve_client_ip.enabled)
# 6 x sqrt(17.9) = 25.4, rounded up.
aws elbv2 modify-target-group-attributes --target-group-arn "$TARGET_GROUP_ARN" --attributes Key=preserve_client_ip.enabled,Value=true

# [idle-pool-too-small] was: not set (default of target_health_state.unhealthy.connection_termination.enabled)
# 6 x sqrt(17.9) = 25.4, rounded up.
aws elbv2 modify-target-group-attributes --target-group-arn "$TARGET_GROUP_ARN" --attributes Key=target_health_state.unhealthy.connection_termination.enabled,Value=true

# [idle-pool-too-small] was: not set (default of deregistration_delay.timeout_seconds)
# 6 x sqrt(17.9) = 25.4, rounded up.
aws elbv2 modify-target-group-attributes --target-group-arn "$TARGET_GROUP_ARN" --attributes Key=deregistration_delay.timeout_seconds,Value=7

# [idle-pool-too-small] was: not set (default of tcp.idle_timeout.seconds)
# 6 x sqrt(17.9) = 25.4, rounded up.
aws elbv2 modify-listener-attributes --listener-arn "$LISTENER_ARN" --attributes Key=tcp.idle_timeout.seconds,Value=7
