#!/usr/bin/env bash
# Stops the cloud. The data stays under $CLOUD_HOME; remove that directory for a cold start.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=lib/common.sh
. lib/common.sh
# shellcheck source=lib/process.sh
. lib/process.sh

begun=$(date +%s%N)
# shellcheck disable=SC2086  # word lists
{
    stop 5 $OPENSTACK                            # together: they have no state of their own
    stop 20 rabbitmq epmd memcached mariadb      # then the services they use
}
echo "stopped in $(seconds_since "$begun") s; data is in $CLOUD_HOME"
