"""Creates everything in order, and prints a table of the servers."""
from .compute import seed_flavors, seed_image, seed_servers, seed_volumes
from .dataset import SERVERS
from .identity import seed_identity, seed_quotas
from .network import seed_floating_ips, seed_networks, seed_routers, seed_security_groups
from .connections import admin

projects = seed_identity()
seed_quotas(projects)
networks = seed_networks(projects)
seed_routers(projects, networks)
seed_security_groups(projects)
seed_flavors()
servers = seed_servers(seed_image(), networks)
seed_floating_ips(projects, networks, servers)
seed_volumes(servers)

print(f"{'server':18} {'project':8} {'status':8} addresses")
for name, (project, *_) in SERVERS.items():
    server = admin.compute.get_server(servers[name].id)
    addresses = [address["addr"] for nics in server.addresses.values() for address in nics]
    print(f"{name:18} {project:8} {server.status:8} {', '.join(addresses)}")
