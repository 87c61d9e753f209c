#!/bin/sh
# install.sh PACKAGE…: installs Debian packages as root, and leaves no service started or newly enabled.
set -eu
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
mark='# dbg: no service may start while dbg installs packages'

# One at a time: a second one would find, and take away, the policy file of the first.
exec 9<"$0"
flock 9

# invoke-rc.d and deb-systemd-invoke ask this file; 101 is "forbidden". Somebody else's file stays as it is, one that a
# killed run of this script left behind is taken over.
if [ ! -e "$policy" ] || grep -qxF "$mark" "$policy"; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  trap 'exit 129' HUP
  printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
  chmod 755 "$policy"
fi

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

units=
installed docker.io || units='docker.service docker.socket'
installed containerd || units="$units containerd.service"

# --no-remove: a package that cannot live beside what is there (containerd beside containerd.io) is refused, not swapped.
get() { apt-get -o DPkg::Lock::Timeout=300 -y --no-remove --no-install-recommends install "$@"; }
if ! apt-get -s --no-install-recommends install "$@" >/dev/null 2>&1; then apt-get update; fi

# busybox-static would remove the dynamic busybox, which initramfs-tools may use: take the one file out of it instead.
for package; do
  shift
  if [ "$package" = busybox-static ] && installed busybox; then
    work=$(mktemp -d)
    (cd "$work" && chmod 755 . && apt-get download busybox-static && dpkg-deb -x busybox-static_*.deb x)
    mkdir -p /var/lib/dbg-busybox
    find "$work/x" -name busybox -type f -perm -u+x -exec cp {} /var/lib/dbg-busybox/busybox ';'
    rm -r "$work"
  else
    set -- "$@" "$package"
  fi
done
# Lists that are too old name files that the mirror has no more: fetch them and try again.
if [ "$#" -gt 0 ]; then get "$@" || { apt-get update && get "$@"; }; fi

# The packages enable their services for the next boot; only those that were not here before are disabled again.
if command -v systemctl >/dev/null; then
  for unit in $units; do
    if systemctl is-enabled --quiet "$unit" 2>/dev/null; then systemctl disable "$unit" || :; fi
  done
fi
