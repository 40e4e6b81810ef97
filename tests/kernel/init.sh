#!/bin/busybox sh
# The first process of the virtual machine: loads the modules, makes the computer outside its read-only root, runs one
# command there, and writes its exit status to the second serial line. Nothing on that line means that it came to nothing.
/bin/busybox --install -s /bin
export PATH=/bin

give_up() {
    echo "in the virtual machine: $*"
    poweroff -f
}

mount -t proc proc /proc || give_up "no /proc"
mount -t sysfs sysfs /sys || give_up "no /sys"
mount -t devtmpfs devtmpfs /dev || give_up "no /dev"
ifconfig lo 127.0.0.1 up || give_up "no loopback"

# shellcheck source=/dev/null
. /settings.sh # sets MODULES, DIRECTORY and COMMAND

for module in $MODULES; do
    case $module in
        # One camera, with the interface for several planes that most have today.
        vivid) parameters='n_devs=1 node_types=0x1 multiplanar=1' ;;
        *) parameters= ;;
    esac
    # shellcheck disable=SC2086  # several words, or none
    insmod "/modules/$module.ko" $parameters || give_up "the kernel does not take the module $module"
done

mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=512000,cache=loose host /host || give_up "no root over 9p"
mount -t proc proc /host/proc
mount -t sysfs sysfs /host/sys
mount -t configfs configfs /host/sys/kernel/config
mount -t devtmpfs devtmpfs /host/dev
mount -t tmpfs tmpfs /host/run

# gpiozero asks which Raspberry Pi this is: a model 4, whose header is on /dev/gpiochip0.
{ cat /proc/cpuinfo && printf 'Revision\t: c03111\n'; } >/cpuinfo
mount -o bind /cpuinfo /host/proc/cpuinfo

# shellcheck disable=SC2016  # expanded by the inner shell
eval "env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin HOME=/run TMPDIR=/run LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 \
    chroot /host /bin/sh -c 'cd \"\$0\" && exec \"\$@\"' \"\$DIRECTORY\" $COMMAND"
echo $? >/dev/ttyS1
poweroff -f
