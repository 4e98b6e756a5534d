"""Networks, routers, security groups and floating IPs."""
from .connections import admin, as_project, ensure
from .dataset import FLOATING_IPS, NETWORKS, ROUTERS, SECURITY_GROUPS

network = admin.network


def seed_networks(projects):
    """Creates the networks, and returns them by name."""
    public = ensure(network.find_network, network.create_network, "public",
                    is_router_external=True)
    if not public.subnet_ids:
        network.create_subnet(
            network_id=public.id, name="public-subnet", ip_version=4, cidr="203.0.113.0/24",
            is_dhcp_enabled=False,
            allocation_pools=[{"start": "203.0.113.10", "end": "203.0.113.250"}])
    found = {"public": public}
    for name, (project, prefix, shared) in NETWORKS.items():
        found[name] = ensure(network.find_network, network.create_network, name,
                             project_id=projects[project].id, is_shared=shared)
        if not found[name].subnet_ids:
            network.create_subnet(
                network_id=found[name].id, name=f"{name}-subnet", ip_version=4,
                cidr=f"{prefix}.0/24", is_dhcp_enabled=False, project_id=projects[project].id)
    return found


def seed_routers(projects, networks):
    for name, (project, inside, last) in ROUTERS.items():
        if not network.find_router(name):
            # a fixed address: an allocated one may be that of a floating IP below
            router = network.create_router(
                name=name, project_id=projects[project].id,
                external_gateway_info={
                    "network_id": networks["public"].id,
                    "external_fixed_ips": [{"ip_address": f"203.0.113.{last}"}]})
            subnet = network.find_subnet(f"{inside}-subnet")
            network.add_interface_to_router(router, subnet_id=subnet.id)


def seed_security_groups(projects):
    for project, names in SECURITY_GROUPS.items():
        own = as_project(project).network
        # the list request also creates the group `default`
        have = {group.name for group in own.security_groups(project_id=projects[project].id)}
        for name in names:
            if name not in have:
                group = own.create_security_group(name=name, description=f"seeded: {name}")
                port = {"ssh": 22, "http": 80}[name]
                own.create_security_group_rule(
                    security_group_id=group.id, direction="ingress", protocol="tcp",
                    port_range_min=port, port_range_max=port)


def seed_floating_ips(projects, networks, servers):
    existing = {ip.floating_ip_address: ip for ip in network.ips()}
    for project, last, server in FLOATING_IPS:
        address = f"203.0.113.{last}"
        ip = existing.get(address) or network.create_ip(
            floating_network_id=networks["public"].id, floating_ip_address=address,
            project_id=projects[project].id)
        if server and not ip.port_id:
            port = next(iter(network.ports(device_id=servers[server].id)))
            network.update_ip(ip, port_id=port.id)
