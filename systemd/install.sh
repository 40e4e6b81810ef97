#!/bin/sh
# Puts the units where systemd looks for them. Run it as root, again after every update.
#
#   sh systemd/install.sh             this computer
#   sh systemd/install.sh --root DIR  an image: files only, nothing is started
#   sh systemd/install.sh --eid-online [--root DIR]
#                                     with what eID with eID-PIN needs (docs/document-chips.md)
#
# It enables nothing: systemctl enable --now abholfach.target does, once abholfach-provision check is content.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=
online=
while [ $# -gt 0 ]; do
    case $1 in
        --eid-online) online=yes ;;
        --root)
            [ $# -ge 2 ] && [ -d "$2" ] || { echo "install.sh: --root needs a directory that is there" >&2; exit 2; }
            root=${2%/}
            shift
            ;;
        *)
            echo "usage: install.sh [--eid-online] [--root DIR]" >&2
            exit 2
            ;;
    esac
    shift
done

# put DIRECTORY FILE…
put() {
    directory=$root$1
    shift
    # One that is there keeps its mode: polkit's is closed to others.
    [ -d "$directory" ] || install -d -m 755 "$directory"
    install -m 644 -t "$directory" "$@"
}

put /etc/systemd/system "$here"/*.service "$here"/*.socket "$here"/*.path "$here"/*.target
put "/etc/systemd/system/abholfach-reader@eid.service.d" "$here"/abholfach-reader@eid.service.d/*.conf
put "/etc/systemd/system/abholfach-reader@staff.service.d" "$here"/abholfach-reader@staff.service.d/*.conf
put /etc/systemd/system.conf.d "$here"/system.conf.d/*.conf
put /etc/sysusers.d "$here"/sysusers.d/*.conf
put /etc/tmpfiles.d "$here"/tmpfiles.d/*.conf
put /etc/udev/rules.d "$here"/udev/*.rules
put /etc/polkit-1/rules.d "$here"/polkit/*.rules
put /etc/pam.d "$here"/pam.d/*
for part in rules keycodes types compat symbols; do
    put "/etc/xkb/$part" "$here/xkb/$part"/*
done
put /etc/chromium/policies/managed "$here"/chromium/*.json
if [ -n "$online" ]; then
    put /etc/systemd/system "$here"/eid-online/*.service "$here"/eid-online/*.socket
    put "/etc/systemd/system/abholfach-reader@eid.service.d" "$here/eid-online/abholfach-reader@eid.service.d/online.conf"
    put /etc/sysusers.d "$here"/eid-online/sysusers.d/*.conf
fi

[ -z "$root" ] || exit 0
systemd-sysusers
systemd-tmpfiles --create /etc/tmpfiles.d/abholfach.conf
udevadm control --reload
udevadm trigger --subsystem-match=gpio --subsystem-match=tty --subsystem-match=i2c-dev
systemctl daemon-reload
