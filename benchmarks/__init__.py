"""Every figure that Windlass promises, beside a floor measured in the same run."""
