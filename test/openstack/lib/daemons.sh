# shellcheck shell=bash
# Starts daemons and waits until they are ready; sourced by up.sh and service.sh.

RABBIT_ENV=(
    "HOME=$DATA/rabbitmq"                # Erlang's cookie is there
    "ERL_EPMD_ADDRESS=127.0.0.1" "ERL_EPMD_PORT=$EPMD_PORT" "ERL_CRASH_DUMP=$LOG/erl_crash.dump"
    "RABBITMQ_NODENAME=rabbit@localhost" "RABBITMQ_DIST_PORT=$DIST_PORT"
    "RABBITMQ_CONFIG_FILE=$ETC/rabbitmq.conf"
    "RABBITMQ_CONF_ENV_FILE=$ETC/rabbitmq-env.conf"
    "RABBITMQ_ENABLED_PLUGINS_FILE=$ETC/enabled_plugins"
    "RABBITMQ_MNESIA_BASE=$DATA/rabbitmq" "RABBITMQ_LOG_BASE=$LOG"
    "RABBITMQ_PID_FILE=$RUN/rabbitmq.own.pid"
    "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}"
)

# run NAME...: start each daemon that is not running
run() {
    local name
    for name; do
        case $name in
            mariadb) start mariadb mariadbd --defaults-file="$ETC/my.cnf" ;;
            memcached) start memcached memcached -u root -l 127.0.0.1 -p "$MEMCACHED_PORT" -U 0 -m 32 -t 1 ;;
            epmd) start epmd env "${RABBIT_ENV[@]}" epmd -port "$EPMD_PORT" ;;
            rabbitmq) start rabbitmq env "${RABBIT_ENV[@]}" /usr/lib/rabbitmq/bin/rabbitmq-server ;;
            keystone | placement) start "$name" /usr/bin/uwsgi-core --ini "$ETC/$name-uwsgi.ini" ;;
            nova-compute)
                start "$name" /usr/bin/python3 "$CLOUD_HOME/py/box_compute.py" --config-file "$ETC/nova.conf" ;;
            nova-*) start "$name" "$name" --config-file "$ETC/nova.conf" ;;
            neutron-*)
                start "$name" "$name" --config-file "$ETC/neutron.conf" --config-file "$ETC/ml2_conf.ini" ;;
            cinder-*) start "$name" "$name" --config-file "$ETC/cinder.conf" ;;
            glance-api) start "$name" "$name" --config-file "$ETC/glance-api.conf" ;;
            *) die "no such daemon: $name (there are $INFRASTRUCTURE $OPENSTACK)" ;;
        esac
    done
}

# admin_token: a token of the user admin for the project admin
admin_token() {
    local body
    body=$(jq -n --arg secret "$CLOUD_SECRET" '{auth: {
        identity: {methods: ["password"],
            password: {user: {name: "admin", domain: {id: "default"}, password: $secret}}},
        scope: {project: {name: "admin", domain: {id: "default"}}}}}')
    curl -sf -m 20 -o /dev/null -D - -H 'Content-Type: application/json' -d "$body" \
        "$(endpoint "$KEYSTONE_PORT")/v3/auth/tokens" |
        tr -d '\r' | awk 'tolower($1) == "x-subject-token:" { print $2; found = 1 } END { exit !found }'
}

# requests NAME: the paths for which an API must return 200 before it counts as started
requests() {
    case $1 in
        keystone) echo "$KEYSTONE_PORT/v3/projects" ;;
        # networks first: in neutron 21 GET ports returns 500 as the first query of the process, since
        # Port.port_forwardings exists only after SQLAlchemy has configured its mappers
        neutron-server) echo "$NEUTRON_PORT/v2.0/networks $NEUTRON_PORT/v2.0/ports" ;;
        nova-api) echo "$NOVA_PORT/v2.1/servers/detail?all_tenants=1" ;;   # requests ports from neutron
        cinder-api) echo "$CINDER_PORT/v3/volumes/detail?all_tenants=1" ;;
        glance-api) echo "$GLANCE_PORT/v2/images" ;;
        placement) echo "$PLACEMENT_PORT/resource_providers" ;;
    esac
}

# ready NAME...: wait until each API among them responds
ready() {
    local name url token=""
    for name; do
        for url in $(requests "$name"); do
            wait_for 120 "the port of $name" curl -s -o /dev/null -m 5 "http://127.0.0.1:${url%%/*}/"
            [ -n "$token" ] || { wait_for 60 "a token from keystone" admin_token; token=$(admin_token); }
            wait_for 60 "a 200 from $url" curl -sf -m 20 -H "X-Auth-Token: $token" "http://127.0.0.1:$url"
        done
    done
}
