"""The seeded data.

Names, quotas, sizes and addresses are always the same; the cloud assigns ids and times.
"""
# project: (quotas of nova, neutron, cinder); missing = default
QUOTAS = {
    "admin": ({}, {}, {}),
    "demo": ({"instances": 5, "cores": 8, "ram": 8192},
             {"floatingip": 3, "security_group": 5},
             {"volumes": 4, "gigabytes": 100}),
    "web": ({"instances": 20, "cores": 40, "ram": 51200},
            {"floatingip": 5, "security_group": 20},
            {"volumes": 10, "gigabytes": 1000}),
    # exactly at its limits
    "batch": ({"instances": 2, "cores": 2, "ram": 1024},
              {"floatingip": 1, "security_group": 2},
              {"volumes": 1, "gigabytes": 5}),
    # empty, and unlimited
    "idle": ({"instances": -1, "cores": -1, "ram": -1},
             {"floatingip": -1, "security_group": -1},
             {"volumes": -1, "gigabytes": -1}),
}

# user: {project: role}; `monitor` also gets reader on the system
USERS = {
    "admin": {project: "admin" for project in QUOTAS},
    "demo": {"demo": "member"},
    "monitor": {project: "reader" for project in QUOTAS},
}

# name: (id, vcpus, MiB, GiB); no host has m1.impossible's disk
FLAVORS = {
    "m1.tiny": ("1", 1, 512, 1),
    "m1.small": ("2", 1, 2048, 20),
    "m1.medium": ("3", 2, 4096, 40),
    "m1.impossible": ("9", 1, 512, 900000),
}

# name: (project, prefix of its subnet, shared)
NETWORKS = {
    "admin-net": ("admin", "10.1.0", False),
    "demo-net": ("demo", "10.2.0", False),
    "web-net": ("web", "10.3.0", False),
    "batch-net": ("batch", "10.4.0", False),
    # of demo, since a member may choose an address only on networks of its project
    "shared-net": ("demo", "10.99.0", True),
}

# name: (project, network, last byte of its address in the public network)
ROUTERS = {"demo-router": ("demo", "demo-net", 11), "web-router": ("web", "web-net", 12)}

# project: security groups in addition to `default`
SECURITY_GROUPS = {
    "admin": [], "demo": ["ssh", "http"], "web": ["http"], "batch": ["ssh"], "idle": []}

# name: (project, flavor, [(network, last byte of the address)], status)
SERVERS = {
    "admin-bastion-1": ("admin", "m1.tiny", [("admin-net", 11)], "ACTIVE"),
    "demo-web-1": ("demo", "m1.tiny", [("demo-net", 11)], "ACTIVE"),
    "demo-db-1": ("demo", "m1.small", [("demo-net", 12)], "SHUTOFF"),
    "demo-multi-1": ("demo", "m1.tiny", [("demo-net", 13), ("shared-net", 13)], "ACTIVE"),
    "demo-broken-1": ("demo", "m1.impossible", [("demo-net", 14)], "ERROR"),
    "web-front-1": ("web", "m1.small", [("web-net", 11)], "ACTIVE"),
    "web-front-2": ("web", "m1.small", [("web-net", 12)], "ACTIVE"),
    "monasca-agent-1": ("web", "m1.medium", [("web-net", 13)], "ACTIVE"),
    "batch-worker-1": ("batch", "m1.tiny", [("batch-net", 11)], "ACTIVE"),
    "batch-worker-2": ("batch", "m1.tiny", [("batch-net", 12)], "ACTIVE"),
}

# (project, last byte in 203.0.113.0/24, server or None)
FLOATING_IPS = [("demo", 101, "demo-web-1"), ("demo", 102, None),
                ("web", 111, "web-front-1"), ("batch", 121, None)]

# name: (project, GiB, server or None)
VOLUMES = {"demo-vol-1": ("demo", 10, "demo-web-1"), "demo-vol-2": ("demo", 20, None),
           "web-vol-1": ("web", 50, None), "batch-vol-1": ("batch", 5, None)}
