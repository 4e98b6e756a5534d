"""Projects, users, roles and quotas."""
import os

from .connections import admin, ensure
from .dataset import QUOTAS, USERS


def seed_identity():
    """Creates the projects and users, and returns the projects by name.

    Deletes other projects and domains: an interrupted test run leaves them.
    """
    identity = admin.identity
    for project in identity.projects():
        if project.name not in (*QUOTAS, "service"):
            identity.delete_project(project)
    for domain in identity.domains():
        if domain.name != "Default":
            identity.update_domain(domain, is_enabled=False)
            identity.delete_domain(domain)
    roles = {role.name: role for role in identity.roles()}
    projects = {name: ensure(identity.find_project, identity.create_project, name,
                             domain_id="default", description=f"seeded: {name}")
                for name in QUOTAS}
    for name, grants in USERS.items():
        user = ensure(identity.find_user, identity.create_user, name,
                      password=os.environ["CLOUD_SECRET"], domain_id="default",
                      default_project_id=projects[next(iter(grants))].id)
        for project, role in grants.items():
            identity.assign_project_role_to_user(projects[project], user, roles[role])
        if name == "monitor":
            identity.put(f"/system/users/{user.id}/roles/{roles['reader'].id}")
    return projects


def seed_quotas(projects):
    for name, (nova, neutron, cinder) in QUOTAS.items():
        project = projects[name].id
        for adapter, path, body in (
                (admin.compute, f"/os-quota-sets/{project}", {"quota_set": nova}),
                (admin.network, f"/quotas/{project}", {"quota": neutron}),
                (admin.block_storage, f"/os-quota-sets/{project}", {"quota_set": cinder})):
            if any(body.values()):
                adapter.put(path, json=body).raise_for_status()
