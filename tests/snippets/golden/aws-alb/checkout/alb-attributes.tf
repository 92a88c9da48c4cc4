# Attributes of checkout (Aws-alb 22), for Terraform: into the resources of the same types
# Written by advisor from checkout.yaml; rules in brackets, "was" is what stood before.
# Check: terraform fmt -check alb-attributes.tf; terraform validate
# Apply: terraform plan, then terraform apply
# Undo:  restore what stands after "was"; terraform apply

resource "aws_lb" "checkout" {
  # [idle-pool-too-small] was: not set (default of idle_timeout.timeout_seconds)
  # 6 x sqrt(17.9) = 25.4, rounded up.
  idle_timeout = 7

  # [idle-pool-too-small] was: not set (default of client_keep_alive.seconds)
  # 6 x sqrt(17.9) = 25.4, rounded up.
  client_keep_alive = 7

  # [idle-pool-too-small] was: not set (default of routing.http2.enabled)
  # 6 x sqrt(17.9) = 25.4, rounded up.
  enable_http2 = true
}

resource "aws_lb_target_group" "checkout" {
  # [idle-pool-too-small] was: not set (default of preserve_client_ip.enabled)
  # 6 x sqrt(17.9) = 25.4, rounded up.
  preserve_client_ip = true

  # [idle-pool-too-small] was: not set (default of deregistration_delay.timeout_seconds)
  # 6 x sqrt(17.9) = 25.4, rounded up.
  deregistration_delay = 7
}

resource "aws_lb_listener" "checkout" {
  # [idle-pool-too-small] was: not set (default of tcp.idle_timeout.seconds)
  # 6 x sqrt(17.9) = 25.4, rounded up.
  tcp_idle_timeout_seconds = 7
}
