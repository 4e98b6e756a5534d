#!/usr/bin/env bash
# Controls services of the running cloud, to test outages.
#
#   service.sh stop cinder-api
#   service.sh start cinder-api                        waits until it responds
#   TOKEN_EXPIRATION=15 service.sh restart keystone    token lifetime 15 s; one hour without it
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
for part in common process config daemons; do
    # shellcheck source=/dev/null
    . "lib/$part.sh"
done

[ $# -ge 2 ] || die "usage: service.sh stop|start|restart NAME... (of $INFRASTRUCTURE $OPENSTACK)"
[ -d "$STATE" ] || die "no cloud in $CLOUD_HOME: run ./up.sh first"
action=$1
shift
case $action in stop | start | restart) ;; *) die "unknown action: $action" ;; esac
[ "$action" = start ] || stop 5 "$@"
[ "$action" = stop ] || { render; run "$@"; ready "$@"; }
