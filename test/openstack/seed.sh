#!/usr/bin/env bash
# Creates a small data set in the running cloud, always the same (see seed/dataset.py).
# Idempotent: existing resources stay unchanged.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=lib/common.sh
. lib/common.sh

curl -s -o /dev/null -m 5 "http://127.0.0.1:$KEYSTONE_PORT/" ||
    die "no cloud on port $KEYSTONE_PORT: run ./up.sh first"
begun=$(date +%s%N)
PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m seed
echo "seeded in $(seconds_since "$begun") s"
