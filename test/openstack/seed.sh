#!/usr/bin/env bash
# Fills the running cloud with a small data set that is the same every time (see seed/dataset.py).
# Idempotent: what exists already is left as it is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=lib/common.sh
. lib/common.sh

curl -s -o /dev/null -m 5 "http://127.0.0.1:$KEYSTONE_PORT/" ||
    die "no cloud on port $KEYSTONE_PORT: run ./up.sh first"
begun=$(date +%s%N)
PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m seed
echo "seeded in $(seconds_since "$begun") s"
