"""Judge the whole path of a service's connections, and plan the remedy."""

__version__ = "0.1.0"
