# shellcheck shell=bash
# Installs Debian's packages; sourced by up.sh.
#
# Only libraries, clients and infrastructure are installed. The packages of the OpenStack services
# are unpacked under $PKG instead: this gives Debian's daemons and paste files without debconf, system
# users and init scripts.

INSTALL="mariadb-server-core mariadb-client-core rabbitmq-server memcached
uwsgi-core uwsgi-plugin-python3 python3-memcache python3-keystone python3-placement python3-nova
python3-neutron python3-cinder python3-glance python3-openstackclient
iproute2 iptables curl jq"
# package:installed library with the same version
UNPACK="nova-common:python3-nova nova-api:python3-nova
nova-conductor:python3-nova nova-scheduler:python3-nova
nova-compute:python3-nova neutron-common:python3-neutron
cinder-common:python3-cinder cinder-api:python3-cinder
cinder-scheduler:python3-cinder cinder-volume:python3-cinder
glance-common:python3-glance glance-api:python3-glance"

installed() {
    # shellcheck disable=SC2086  # word lists
    [ "$(dpkg-query -W -f '${db:Status-Status}\n' $INSTALL 2>/dev/null | grep -cx installed)" = \
        "$(wc -w <<<"$INSTALL")" ]
}

install_packages() {
    local policy=/usr/sbin/policy-rc.d made="" ok=0
    apt-get update -q
    if [ ! -e $policy ]; then            # prevents maintainer scripts from starting daemons
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod 755 $policy
        made=1
    fi
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
        -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Options::=--force-confold \
        $INSTALL </dev/null || ok=1
    [ -z "$made" ] || rm -f $policy
    return $ok
}

unpack_services() {
    local pair deb specs=() tmp=$DATA/tmp/debs
    rm -rf "$tmp" && mkdir -p "$tmp"
    for pair in $UNPACK; do
        specs+=("${pair%:*}=$(dpkg-query -W -f '${Version}' "${pair#*:}")")
    done
    (cd "$tmp" && apt-get download -q -o APT::Sandbox::User=root "${specs[@]}") || return 1
    for deb in "$tmp"/*.deb; do dpkg -x "$deb" "$PKG"; done
    rm -rf "$tmp"
}

packages() {
    installed || install_packages >"$LOG/apt.log" 2>&1 || die "apt failed, see $LOG/apt.log"
    [ -e "$STATE/unpacked" ] || unpack_services >>"$LOG/apt.log" 2>&1 ||
        die "unpacking failed, see $LOG/apt.log"
    touch "$STATE/unpacked"
}
