#!/bin/sh
# init.sh RUN_DIR ETC_DOCKER DOCKERD [ARG…]: the first process (INIT) of the engine's namespaces. Everything in them ends
# with it, by whatever death. Below, "the machine" is what the namespaces were made from.
set -eu
run=$1 config=$2
shift 2

# /proc is still the machine's and says who we are there; moved into place, so that nobody reads half a line.
read -r self </proc/self/stat
printf '%s\n' "$self" >"$run/init.new"
mv "$run/init.new" "$run/init.stat"
mount -n -t proc -o nosuid,nodev,noexec proc /proc

# A new /sys shows this network namespace's devices, but hides the cgroup tree (v1's many mounts or v2's one): keep that.
mkdir -p "$run/cgroup"
mount -n --rbind /sys/fs/cgroup "$run/cgroup"
mount -n -t sysfs -o nosuid,nodev,noexec sysfs /sys
mount -n --rbind "$run/cgroup" /sys/fs/cgroup
umount -n -l "$run/cgroup"
rmdir "$run/cgroup"

# The machine's /run has its docker.sock, its containerd and the lock of its iptables.
mount -n -t tmpfs -o nosuid,nodev,mode=755 tmpfs /run
mkdir /run/lock
if [ -d /etc/docker ]; then mount -n --bind "$config" /etc/docker; fi

ip link set lo up

# Debian's iptables speaks nf_tables; a kernel may have only the old tables.
if ! iptables -t nat -nL >/dev/null 2>&1 && iptables-legacy -t nat -nL >/dev/null 2>&1; then
  mkdir /run/bin
  ln -s "$(command -v iptables-legacy)" /run/bin/iptables
  ln -s "$(command -v ip6tables-legacy)" /run/bin/ip6tables
  PATH=/run/bin:$PATH
fi

# A shell as first process reaps orphans. A dockerd that is killed (137 is 128 and KILL's 9) is started again, unless it was
# to end: the tests kill one that has locked itself up.
trap 'ends=yes; kill -TERM "$dockerd"' TERM
ends=
status=137
while [ "$status" = 137 ] && [ -z "$ends" ]; do
  "$@" &
  dockerd=$!
  status=0
  # A trapped signal ends `wait` early: wait on, until dockerd is gone.
  while kill -0 "$dockerd" 2>/dev/null; do
    status=0
    wait "$dockerd" || status=$?
  done
done
