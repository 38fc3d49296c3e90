"""HTTP pages and APIs of the sandbox gateways."""
