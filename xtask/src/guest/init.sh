#!/bin/busybox sh
# The first program of the guest: mounts what a system has, runs /control/script in /work, and switches the machine off.
export PATH=/bin HOME=/tmp
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
ln -s /proc/self/fd /dev/fd
mount -t tmpfs -o size=90% tmpfs /tmp
mkdir -p /mnt /run /control /work
modprobe -a virtio_pci 9pnet_virtio 9p configfs
mount -t configfs configfs /sys/kernel/config
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 control /control
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 share /work 2>/dev/null
# The kernel numbers drives as it finds them; their targets have the numbers that they were given.
drives=$(sed -n 's/.* cds=//p' /proc/cmdline)
if [ -n "$drives" ]; then
  modprobe -a virtio_scsi sr_mod
  until [ "$(ls -d /sys/block/sr* 2>/dev/null | wc -l)" = "$drives" ]; do sleep 0.1; done
  for drive in /sys/block/sr*; do
    target=$(readlink -f $drive/device/..)
    ln -s ${drive#/sys/block/} /dev/cd${target##*:}
  done
fi
# Nobody has a modem, so opening the line must not wait for one.
stty -F /dev/ttyS1 raw clocal
cd /work
sh /control/script </dev/null >/dev/ttyS1 2>&1
echo $? >/control/status
poweroff -f
