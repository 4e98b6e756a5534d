"""nova-compute with a fake hypervisor that survives a restart.

nova's own fake driver keeps its guests in memory only: after a restart they would be unknown to it
(no diagnostics, no start or stop). Take what it has lost from the instance's own record.
"""
import sys

from nova.cmd.compute import main      # first: it patches the standard library
from nova.compute import power_state
from nova.virt import fake

KEPT = (power_state.RUNNING, power_state.PAUSED, power_state.SHUTDOWN, power_state.SUSPENDED)


class BoxDriver(fake.FakeDriver):
    def get_info(self, instance, use_cache=True):
        if instance.uuid not in self.instances and instance.power_state in KEPT:
            flavor = instance.flavor
            self.resources.claim(flavor.vcpus, flavor.memory_mb, flavor.root_gb)
            self.instances[instance.uuid] = fake.FakeInstance(
                instance.name, instance.power_state, instance.uuid)
        return super().get_info(instance, use_cache)


fake.BoxDriver = BoxDriver
sys.exit(main())
