#!/usr/bin/env bash
# Starts a real OpenStack (Zed) control plane on loopback, from Debian 12's packages: keystone, placement,
# nova (fake virt driver), neutron (ML2 and a live linuxbridge agent), cinder (fake backend), glance,
# MariaDB, RabbitMQ, memcached.
#
# Idempotent: a second run starts only the daemons that do not run. Needs root. Apart from apt's own files,
# it writes only under $CLOUD_HOME.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
for part in common process packages config schemas daemons; do
    # shellcheck source=/dev/null
    . "lib/$part.sh"
done

[ "$(id -u)" = 0 ] || die "must be root (it installs packages)"
umask 022
mkdir -p "$ETC" "$PKG" "$RUN" "$LOG" "$STATE" \
    "$DATA"/{nova/instances,neutron,cinder,glance/{images,staging,tasks},rabbitmq,tmp}
exec 9>"$RUN/up.lock"
flock -w 900 9 || die "another up.sh is running"
begun=$(date +%s%N)

# phase NAME: print the duration of the last phase, and start the next one
PHASE=""
phase() {
    [ -z "$PHASE" ] || printf '  %-34s %8s s\n' "$PHASE" "$(seconds_since "$PHASE_BEGUN")"
    PHASE=$1 PHASE_BEGUN=$(date +%s%N)
}

# fresh NAME DB TABLE COLUMN WHERE: has the daemon reported since its start? Reads the database of the
# service, which is cheaper than three clients in a loop.
fresh() {
    [ "$(sql -N -B "$2" -e "set time_zone = '+00:00'; select count(*) from $3
        where $5 and $4 >= from_unixtime($(stat -c %Y "$RUN/$1.pid"))")" -ge 1 ]
}

phase "packages"
packages
phase "MariaDB"
render
init_mariadb
run mariadb memcached epmd rabbitmq
wait_for 60 MariaDB sql -e 'select 1'
once databases init_databases

phase "database schemas (first run)"
schemas

phase "keystone"
run keystone placement
ready keystone
phase "service catalog (first run)"
once catalog init_catalog
phase "RabbitMQ"
wait_for 60 RabbitMQ bash -c "exec 3<>/dev/tcp/127.0.0.1/$RABBIT_PORT"

phase "APIs and schedulers"
run nova-conductor neutron-server nova-api cinder-api glance-api nova-scheduler cinder-scheduler cinder-volume
wait_for 120 nova-conductor fresh nova-conductor nova_cell1 services last_seen_up "topic='conductor'"
run nova-compute
ready neutron-server
run neutron-linuxbridge-agent

phase "agents: compute, network, volume"
wait_for 120 nova-compute fresh nova-compute nova_cell1 services last_seen_up "topic='compute'"
wait_for 120 "the linuxbridge agent" fresh neutron-linuxbridge-agent neutron agents heartbeat_timestamp "topic='N/A'"
wait_for 120 cinder-volume fresh cinder-volume cinder services updated_at "topic='cinder-volume'"
once discover_hosts init_discover_hosts
for daemon in $INFRASTRUCTURE $OPENSTACK; do alive "$daemon" || die "$daemon died, see $LOG/$daemon.log"; done

phase "health: a request to each API"
ready placement nova-api cinder-api glance-api
phase ""
printf '  %-34s %8s s\n' total "$(seconds_since "$begun")"
echo "cloud is up: OS_CLIENT_CONFIG_FILE=$CLOUD_HOME/clouds.yaml openstack --os-cloud admin ..."
