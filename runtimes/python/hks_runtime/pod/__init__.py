"""A pod: a process that listens for HTTP and supervises the one with the handler (docs/runtime-protocol.md, "In a pod")."""
