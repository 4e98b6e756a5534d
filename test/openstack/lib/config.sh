# shellcheck shell=bash
# Renders ../etc into $ETC; sourced after common.sh.
#
# A template has ${VARIABLES} of the shell and $(calls) of the functions below, which are expanded as in a
# here-document.

db_url() { echo "mysql+pymysql://openstack:$CLOUD_SECRET@localhost/$1?charset=utf8&unix_socket=$DB_SOCK"; }
endpoint() { echo "http://127.0.0.1:$1"; }
transport_url() { echo "rabbit://guest:guest@127.0.0.1:$RABBIT_PORT/"; }

# credentials SECTION USER: a section with the keystone login of a service
credentials() {
    cat <<END
[$1]
auth_type = password
auth_url = $(endpoint "$KEYSTONE_PORT")/v3
username = $2
password = $CLOUD_SECRET
project_name = service
user_domain_id = default
project_domain_id = default
region_name = $REGION
END
}

# authtoken USER: the section of keystonemiddleware, which validates the tokens of clients
authtoken() {
    credentials keystone_authtoken "$1"
    cat <<END
www_authenticate_uri = $(endpoint "$KEYSTONE_PORT")/v3
service_token_roles = service
service_token_roles_required = true
END
}

# common_sections NAME: locks, no notifications, and privilege separation as root
common_sections() {
    cat <<END
[oslo_concurrency]
lock_path = $RUN/lock-$1
[oslo_messaging_notifications]
driver = noop
[privsep]
helper_command = privsep-helper
END
}

# cloud NAME USER PROJECT: an entry of clouds.yaml
cloud() {
    cat <<END
  $1:
    region_name: $REGION
    identity_api_version: 3
    auth:
      auth_url: $(endpoint "$KEYSTONE_PORT")/v3
      username: $2
      password: $CLOUD_SECRET
      project_name: $3
      user_domain_name: Default
      project_domain_name: Default
END
}

# expand TEMPLATE
expand() { eval "cat <<END_OF_TEMPLATE
$(<"etc/$1")
END_OF_TEMPLATE"; }

# uwsgi NAME PORT WSGI: for the two services that are only WSGI applications
uwsgi() {
    # shellcheck disable=SC2034  # the template uses them
    local name=$1 port=$2 wsgi=$3
    expand uwsgi.ini >"$ETC/$name-uwsgi.ini"
}

render() {
    local file
    mkdir -p "$ETC" "$CLOUD_HOME/py"
    for file in my.cnf rabbitmq.conf keystone.conf placement.conf nova.conf neutron.conf \
        ml2_conf.ini cinder.conf glance-api.conf; do
        expand "$file" >"$ETC/$file"
    done
    uwsgi keystone "$KEYSTONE_PORT" /usr/bin/keystone-wsgi-public
    uwsgi placement "$PLACEMENT_PORT" /usr/bin/placement-api
    : >"$ETC/rabbitmq-env.conf"
    echo '[].' >"$ETC/enabled_plugins"
    expand clouds.yaml >"$CLOUD_HOME/clouds.yaml"
    cp py/*.py "$CLOUD_HOME/py/"
}
