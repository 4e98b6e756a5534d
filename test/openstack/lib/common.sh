# shellcheck shell=bash
# Paths, ports and credentials of the cloud; sourced by every command, never executed.
# shellcheck disable=SC2034  # the variables are used by the sourcing scripts

CLOUD_HOME=${CLOUD_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/openstack-cloud}
ETC=$CLOUD_HOME/etc        # configuration files, rendered from ../etc at every start
PKG=$CLOUD_HOME/pkg        # service .debs, unpacked but not installed
RUN=$CLOUD_HOME/run        # pid files, sockets, locks
LOG=$CLOUD_HOME/log        # one log file per daemon
STATE=$CLOUD_HOME/state    # markers of completed steps
DATA=$CLOUD_HOME/data      # MariaDB, RabbitMQ, glance, nova state

# For tests only: everything listens on loopback.
export CLOUD_SECRET=${CLOUD_SECRET:-cloud-in-a-box}
HOST=cloudbox              # the host name for nova, neutron and cinder
REGION=RegionOne
TOKEN_EXPIRATION=${TOKEN_EXPIRATION:-3600}

KEYSTONE_PORT=${KEYSTONE_PORT:-5000}
NOVA_PORT=${NOVA_PORT:-8774}
CINDER_PORT=${CINDER_PORT:-8776}
PLACEMENT_PORT=${PLACEMENT_PORT:-8778}
GLANCE_PORT=${GLANCE_PORT:-9292}
NEUTRON_PORT=${NEUTRON_PORT:-9696}
RABBIT_PORT=${RABBIT_PORT:-5672}
DIST_PORT=${DIST_PORT:-25672}      # Erlang distribution (RabbitMQ's command line tools)
MEMCACHED_PORT=${MEMCACHED_PORT:-11211}
EPMD_PORT=${EPMD_PORT:-4369}
DB_SOCK=$RUN/mariadb.sock          # MariaDB: a unix socket, no TCP port

# In start order. down.sh stops the OpenStack daemons together, then the infrastructure.
INFRASTRUCTURE="mariadb memcached epmd rabbitmq"
OPENSTACK="keystone placement nova-conductor neutron-server nova-api cinder-api glance-api
nova-scheduler cinder-scheduler cinder-volume nova-compute neutron-linuxbridge-agent"

# The daemons must not inherit the caller's environment: no proxies, no credentials of another cloud, and
# the system's Python without user packages, whatever is first on PATH.
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY PYTHONHOME
for variable in ${!OS_*}; do unset "$variable"; done
export PATH=$PKG/usr/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
export PYTHONPATH=$CLOUD_HOME/py PYTHONNOUSERSITE=1
export OS_CLIENT_CONFIG_FILE=$CLOUD_HOME/clouds.yaml

die() { echo "error: $*" >&2; exit 1; }

# wait_for SECONDS WHAT CMD...: poll CMD until it succeeds.
wait_for() {
    local deadline=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || die "timed out waiting for $what (see $LOG)"
        sleep 0.3
    done
}

# seconds_since START: seconds since a time in nanoseconds (date +%s%N), with one decimal.
seconds_since() {
    local elapsed=$((($(date +%s%N) - $1) / 100000000))
    echo "$((elapsed / 10)).$((elapsed % 10))"
}
