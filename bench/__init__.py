"""What must be fast, measured as ratios against a yardstick in the same run, so that they hold on any machine."""
