#!/bin/sh
# enter.sh ROOT CHECKOUT NODE CMD…: runs a command in another Debian release, with this checkout and this Node in it. It is started in
# a mount namespace of its own: what is mounted here is gone with it.
set -eu
root=$1 checkout=$2 node=$3
shift 3

# A mount point, as pivot_root(2) wants its new root.
mount -n --bind "$root" "$root"
mount -n -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -n --rbind /sys "$root/sys"
mount -n --rbind /dev "$root/dev"
mkdir -p "$root$checkout" "$(dirname "$root$node")"
mount -n --bind "$checkout" "$root$checkout"
[ -e "$root$node" ] || : >"$root$node"
mount -n --bind "$node" "$root$node"
# Not chroot(1) alone: whoever joins a container's mount namespace (docker exec, dbg --all) gets that namespace's root, and would be in
# this machine's.
cd "$root"
pivot_root . mnt
# Certificates that this machine adds for Node are not in there.
exec chroot . sh -c 'umount -n -l /mnt; exec env -C "$@"' sh "$checkout" -u NODE_EXTRA_CA_CERTS \
  PATH="$(dirname "$node"):/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" "$@"
