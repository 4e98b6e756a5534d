"""Cinder's fake driver reports a volume group of 5 GB; this one reports 10 TB."""
from cinder.tests import fake_driver


class BoxVolumeDriver(fake_driver.FakeLoggingVolumeDriver):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.vg.vg_size = self.vg.vg_free_space = '10000.00'
