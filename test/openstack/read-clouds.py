"""Reads clouds as openstacksdk does, and as openstackclient does, which merges variables into a cloud.

Input: a JSON list of {"folder": ..., "env": {...}, "client": true or false}. Output: a list of readings.
"""
import importlib
import json
import logging
import os
import sys
import warnings

from keystoneauth1.identity.generic.base import BaseGenericPlugin
import openstack.config.loader
import openstackclient.shell
import osc_lib.cli.client_config

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
SERVICES = ("identity", "compute", "network", "block-storage")


class Recorder:
    """A session that records the body of the login, and sends nothing."""
    def post(self, url, **request):
        self.auth = json.loads(json.dumps(request["json"]))["auth"]
        raise StopIteration


def common(values):
    """The value that all services have, or a list of those that they have."""
    found = list(dict.fromkeys(values))
    return found[0] if len(found) == 1 else found


def by_client():
    importlib.reload(osc_lib.cli.client_config)
    shell = openstackclient.shell.OpenStackShell()
    shell.options, _ = shell.parser.parse_known_args([])
    shell._final_defaults()
    config = osc_lib.cli.client_config.OSC_Config(
        override_defaults={"interface": None, "auth_type": shell._auth_type})
    return config.get_one(cloud=shell.options.cloud, argparse=shell.options)


def read(folder, env, client):
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    # The folders to search are constants of the module.
    importlib.reload(openstack.config.loader)
    openstack.config.OpenStackConfig = openstack.config.loader.OpenStackConfig
    cloud = by_client() if client else openstack.config.OpenStackConfig().get_one()
    plugin, recorder = cloud.get_auth(), Recorder()
    if isinstance(plugin, BaseGenericPlugin):
        plugin = plugin.create_plugin(recorder, (3, 0), plugin.auth_url)
    try:
        plugin.get_auth_ref(recorder)
    except StopIteration:
        pass
    verify, cert = cloud.get_requests_verify_args()
    cert, key = cert if isinstance(cert, tuple) else (cert, None)
    overrides = {name: cloud._get_config("endpoint_override", name) or cloud._get_config("endpoint", name)
                 for name in SERVICES}
    return {
        "authUrl": plugin.auth_url,
        "auth": recorder.auth,
        "region": common(cloud.get_region_name(name) or None for name in SERVICES),
        "interface": common((cloud.get_interface(name) or "public").replace("URL", "") for name in SERVICES),
        "overrides": {name: url for name, url in overrides.items() if url},
        "tls": {"verify": bool(verify), "cacert": verify if isinstance(verify, str) else None,
                "cert": cert or None, "key": key or None},
    }


def attempt(case):
    try:
        return read(**case)
    except BaseException as err:
        return {"rejected": f"{type(err).__name__}: {err}"}


print(json.dumps([attempt(case) for case in json.load(sys.stdin)]))
