#!/bin/sh
# A hypervisor: libvirt with one running guest, and Debian's exporter on the port PORT. It needs mount and pid
# namespaces of its own: nothing is installed then, and all processes end with the first one.
# Usage: host.sh TREE DIR PORT UUID; TREE has the unpacked packages, DIR is an empty folder.
# Its output has the guest's CPU time, once a second: "cpu", unix seconds, nanoseconds.
set -eu
exec 2>&1
tree=$1 dir=$2 port=$3 uuid=$4
virsh() { command virsh --quiet --connect qemu:///system "$@"; }

mount -t tmpfs tmpfs "$dir"
# The programs have built-in paths, so the packages appear in the root file system.
mount -t overlay overlay -o "lowerdir=$tree/lib:$tree/usr/lib:/usr/lib" /usr/lib
for name in bin sbin share; do
    mount -t overlay overlay -o "lowerdir=$tree/usr/$name:/usr/$name" "/usr/$name"
done
for name in etc var; do
    mkdir -p "$dir/$name/upper" "$dir/$name/work"
    mount -t overlay overlay \
        -o "lowerdir=$tree/$name:/$name,upperdir=$dir/$name/upper,workdir=$dir/$name/work" "/$name"
done
mount -t tmpfs tmpfs /run

# The users that the package's installation would create.
echo 'libvirt-qemu:x:64055:64055::/:/usr/sbin/nologin' >>/etc/passwd
echo 'libvirt-qemu:x:64055:' >>/etc/group
# Without cgroups, and without a daemon for the guests' logs.
mkdir -p /etc/libvirt /var/log/libvirt/qemu
cat >/etc/libvirt/qemu.conf <<'EOF'
user = "root"
group = "root"
cgroup_controllers = [ ]
security_driver = "none"
stdio_handler = "file"
EOF
printf 'auth_unix_ro = "none"\nauth_unix_rw = "none"\n' >/etc/libvirt/libvirtd.conf

# The guest has no operating system. Its boot sector is a loop (jmp to itself), which keeps one of two vCPUs
# busy.
printf '\353\376' >"$dir/disk"
truncate -s 510 "$dir/disk"
printf '\125\252' >>"$dir/disk"
truncate -s 1M "$dir/disk"
cat >"$dir/guest.xml" <<EOF
<domain type='qemu'>
  <name>instance-00000001</name>
  <uuid>$uuid</uuid>
  <memory unit='MiB'>16</memory>
  <vcpu>2</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <features><acpi/></features>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='$dir/disk'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <memballoon model='none'/>
  </devices>
</domain>
EOF

libvirtd --daemon
for _ in $(seq 300); do
    virsh list >/dev/null && break
    sleep 0.1
done
virsh create "$dir/guest.xml"
while sleep 1; do
    echo "cpu $(date +%s.%N) $(virsh domstats --raw --cpu-total | sed -n 's/.*cpu\.time=//p')"
done &
exec prometheus-libvirt-exporter "--web.listen-address=127.0.0.1:$port"
