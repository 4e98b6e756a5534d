"""nova-compute with a fake hypervisor that survives a restart.

Nova's fake driver has its guests in memory only. After a restart it would not know them: no diagnostics,
no start, no stop. This driver restores lost guests from the records of the instances.
"""
import sys

from nova.cmd.compute import main      # first: it patches the standard library
from nova.compute import power_state
from nova.virt import fake

RESTORED_STATES = (power_state.RUNNING, power_state.PAUSED, power_state.SHUTDOWN, power_state.SUSPENDED)


class BoxDriver(fake.FakeDriver):
    def get_info(self, instance, use_cache=True):
        if instance.uuid not in self.instances and instance.power_state in RESTORED_STATES:
            flavor = instance.flavor
            self.resources.claim(flavor.vcpus, flavor.memory_mb, flavor.root_gb)
            self.instances[instance.uuid] = fake.FakeInstance(
                instance.name, instance.power_state, instance.uuid)
        return super().get_info(instance, use_cache)


fake.BoxDriver = BoxDriver
sys.exit(main())
