"""Flavors, the image, servers and volumes."""
import sys
import time

from .connections import admin, as_project
from .dataset import FLAVORS, NETWORKS, SERVERS, VOLUMES

compute = admin.compute


def seed_flavors():
    for name, (flavor_id, vcpus, ram, disk) in FLAVORS.items():
        if not compute.find_flavor(name):
            compute.create_flavor(name=name, id=flavor_id, vcpus=vcpus, ram=ram, disk=disk)


def seed_image():
    return admin.image.find_image("tiny-image") or admin.image.create_image(
        name="tiny-image", disk_format="raw", container_format="bare", visibility="public",
        data=b"\0" * 1024, validate_checksum=False)


def seed_servers(image, networks):
    """Creates the servers, waits for their statuses, and returns them by name.

    Deletes other servers: an interrupted test run leaves them, and other tests would then find them.
    """
    have = {}
    for server in compute.servers(all_projects=True):
        if server.name in SERVERS:
            have[server.name] = server
        else:
            compute.delete_server(server, force=True)
            compute.wait_for_delete(server, interval=0.3, wait=60)
    for name, (project, flavor, nics, _) in SERVERS.items():
        if name not in have:
            have[name] = as_project(project).compute.create_server(
                name=name, image_id=image.id, flavor_id=FLAVORS[flavor][0],
                metadata={"seeded": "yes"},
                networks=[{"uuid": networks[nic].id, "fixed_ip": f"{NETWORKS[nic][1]}.{last}"}
                          for nic, last in nics])
            # one at a time, a second apart: lists are sorted by created_at
            settle(name, have[name].id, {"ACTIVE", "ERROR"})
            time.sleep(1.1)
    for name, (_, _, _, status) in SERVERS.items():
        server = compute.get_server(have[name].id)
        if status == "SHUTOFF" and server.status == "ACTIVE":
            compute.stop_server(server)
        have[name] = settle(name, server.id, {status})
    return have


def settle(name, server_id, wanted, seconds=60):
    """Waits until the server is in one of the wanted states, and returns it."""
    deadline = time.monotonic() + seconds
    while True:
        server = compute.get_server(server_id)
        if server.status in wanted:
            return server
        if server.status == "ERROR" or time.monotonic() > deadline:
            sys.exit(f"error: server {name} is {server.status}, expected {' or '.join(wanted)}")
        time.sleep(0.3)


def seed_volumes(servers):
    existing = {volume.name: volume for volume in admin.block_storage.volumes(all_projects=True)}
    for name, (project, size, server) in VOLUMES.items():
        own = as_project(project)
        volume = existing.get(name) or own.block_storage.create_volume(name=name, size=size)
        volume = own.block_storage.wait_for_status(
            volume, status="in-use" if volume.status == "in-use" else "available",
            failures=["error"], interval=0.3, wait=60)
        if server and volume.status == "available":
            own.compute.create_volume_attachment(servers[server].id, volume_id=volume.id)
