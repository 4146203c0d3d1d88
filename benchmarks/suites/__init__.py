"""The suites that are shipped, one TOML file each."""
