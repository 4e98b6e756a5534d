"""Service users, the service catalog and the `service` role (first up.sh run).

usage: catalog.py REGION TYPE:NAME:URL...      (the users' password: CLOUD_SECRET)
"""
import os
import sys

import openstack

secret = os.environ["CLOUD_SECRET"]
region, *specs = sys.argv[1:]
identity = openstack.connect(cloud="admin").identity


def ensure(find, create, name, **attrs):
    return find(name) or create(name=name, **attrs)


roles = [identity.find_role("admin", ignore_missing=False),
         ensure(identity.find_role, identity.create_role, "service")]
project = ensure(identity.find_project, identity.create_project, "service",
                 domain_id="default")
services = {service.name: service for service in identity.services()}
endpoints = {(endpoint.service_id, endpoint.interface) for endpoint in identity.endpoints()}

for spec in specs:
    kind, name, url = spec.split(":", 2)
    user = ensure(identity.find_user, identity.create_user, name, password=secret,
                  domain_id="default", default_project_id=project.id)
    for role in roles:
        identity.assign_project_role_to_user(project, user, role)
    service = services.get(name) or identity.create_service(name=name, type=kind)
    for interface in ("public", "internal", "admin"):
        if (service.id, interface) not in endpoints:
            identity.create_endpoint(service_id=service.id, interface=interface,
                                     region_id=region, url=url)
