"""Seeds the cloud: `python3 -m seed`, run by seed.sh."""
