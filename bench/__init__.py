"""The promises of speed: one file each topic, run by `make bench`."""
