# shellcheck shell=bash
# Set-up of the first run: databases, catalog, host discovery; sourced by up.sh.

sql() { mariadb --no-defaults --socket="$DB_SOCK" -u root "$@"; }

# once NAME CMD...: run a set-up step a single time. Steps join their commands by &&: errexit of bash is
# off inside a function in a condition.
once() {
    local name=$1
    shift
    [ -e "$STATE/$name" ] && return 0
    "$@" >"$LOG/init-$name.log" 2>&1 || { echo "failed: $name, see $LOG/init-$name.log" >&2; return 1; }
    touch "$STATE/$name"
}

init_mariadb() {
    [ -d "$DATA/mariadb/mysql" ] && return 0
    mariadb-install-db --no-defaults --user=root --datadir="$DATA/mariadb" \
        --auth-root-authentication-method=socket --skip-test-db >"$LOG/mariadb-install.log" 2>&1
}
init_databases() {
    local db
    for db in keystone placement nova_api nova_cell0 nova_cell1 neutron cinder glance; do
        echo "create database if not exists $db character set utf8mb3;"
    done | sql &&
        sql -e "create or replace user openstack@localhost identified by '$CLOUD_SECRET';
                grant all on *.* to openstack@localhost"
}
init_keystone() {
    local manage="keystone-manage --config-file $ETC/keystone.conf" url
    url=$(endpoint "$KEYSTONE_PORT")/v3
    mkdir -p "$ETC/fernet-keys" "$ETC/credential-keys"
    chmod 700 "$ETC/fernet-keys" "$ETC/credential-keys"
    $manage db_sync &&
        $manage fernet_setup --keystone-user root --keystone-group root &&
        $manage credential_setup --keystone-user root --keystone-group root &&
        $manage bootstrap --bootstrap-password "$CLOUD_SECRET" --bootstrap-region-id "$REGION" \
            --bootstrap-admin-url "$url" --bootstrap-internal-url "$url" --bootstrap-public-url "$url"
}
init_nova() {
    local manage="nova-manage --config-file $ETC/nova.conf"
    $manage api_db sync &&
        $manage cell_v2 map_cell0 --database_connection "$(db_url nova_cell0)" &&
        $manage cell_v2 create_cell --name cell1 &&
        $manage db sync                  # cell0 and cell1
}
init_neutron() {
    neutron-db-manage --config-file "$ETC/neutron.conf" --config-file "$ETC/ml2_conf.ini" upgrade heads
}
init_cinder() { cinder-manage --config-file "$ETC/cinder.conf" db sync; }
init_glance() { glance-manage --config-file "$ETC/glance-api.conf" db_sync; }
init_placement() { placement-manage --config-file "$ETC/placement.conf" db sync; }

# schemas: neutron's schema takes as long as all others together, so it runs beside them
schemas() {
    local one two
    (once neutron init_neutron) & one=$!
    (once keystone init_keystone && once placement init_placement &&
        once glance init_glance && once cinder init_cinder && once nova init_nova) & two=$!
    wait $one || die "database set-up failed"
    wait $two || die "database set-up failed"
}

init_catalog() {
    /usr/bin/python3 lib/catalog.py "$REGION" \
        "compute:nova:$(endpoint "$NOVA_PORT")/v2.1" \
        "network:neutron:$(endpoint "$NEUTRON_PORT")" \
        "volumev3:cinder:$(endpoint "$CINDER_PORT")/v3/%(project_id)s" \
        "image:glance:$(endpoint "$GLANCE_PORT")" \
        "placement:placement:$(endpoint "$PLACEMENT_PORT")"
}
init_discover_hosts() {
    nova-manage --config-file "$ETC/nova.conf" cell_v2 discover_hosts &&
        [ "$(sql -N -B nova_api -e 'select count(*) from host_mappings')" -ge 1 ]
}
