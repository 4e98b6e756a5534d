"""Connections to the cloud, one per project."""
import functools

import openstack

admin = openstack.connect(cloud="admin")


@functools.cache
def as_project(name):
    """A connection scoped to the project: as the user `demo` for demo, otherwise as admin."""
    if name == "admin":
        return admin
    if name == "demo":
        return openstack.connect(cloud="demo")
    return admin.connect_as_project(admin.identity.find_project(name))


def ensure(find, create, name, **attrs):
    return find(name) or create(name=name, **attrs)
