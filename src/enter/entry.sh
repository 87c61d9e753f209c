# What runs between nsenter and the tool. It makes sure that this is the container's process, joins
# the cgroups, mounts what the tool is to see, and then becomes the tool.
#
# Everything that varies comes in as arguments: no outside data is ever part of a script.
#
# Arguments: PID START ID DIR KEPT FSTAB NSSWITCH VARIABLES COUNT CGROUP_PROCS{COUNT} TOOL…
#   PID START     the container's process: its number, and when it started (field 22 of its stat)
#   ID            the container's id
#   DIR           where the tool starts. A relative one is dbg's own directory, or begins there.
#                 dbg's own is never left: its path may lead to another directory by now, or
#                 nowhere, as it was renamed, removed, mounted over, or unmounted.
#                 Empty: the tool's own line joins more (inside/join.pl), and starts in /proc/PID.
#   KEPT          a directory as DIR that is open as descriptor 4 there; empty: none
#   FSTAB         the mounts, in the form of fstab(5); empty: none
#   NSSWITCH      what /etc/nsswitch.conf then says
#   VARIABLES     names of the tool's variables, which are in the environment as DBG_ENV_NAME
#   CGROUP_PROCS  the cgroup.procs files of the cgroups to join
#
# One word on descriptor 3 tells dbg what became of the entry (outcome.ts). join.pl adds a reason to
# `last` and `dir`. Before that word is what nsenter, unshare and mount have said (aside.sh). Where
# the line was pasted by hand there is no descriptor 3, and stderr says it.
#
# All variables of this script begin with an underscore. A variable of the person's that has the
# same name and is exported would reach the tool changed.

# A name that the container chose, such as its process', is never expanded to names of files.
set -f
_oldpwd=${OLDPWD-}
_pid=$1 _start=$2 _id=$3 _dir=$4 _kept=$5 _fstab=$6 _nsswitch=$7 _variables=$8; shift 8
_count=$1; shift
tell() { { echo "$1" >&3; } 2>/dev/null; }
. ./in-container.sh
# Puts back what aside.sh exchanged.
outLoud() { if [ "${DBG_ASIDE-}" ]; then { exec 3>&2 2>&5; } 5>&3; unset DBG_ASIDE; fi; }
fail() { outLoud; tell "$1" || echo "dbg: not entered: $1" >&2; exit 125; }

# In an open /proc/PID every look is at this one process. When it has ended, the looks fail,
# whoever has its number by then.
# Field 22 of stat is the 20th behind the command, which may hold anything, a line feed too.
started() { [ "${20:-}" = "$_start" ]; }
verify() {
  # shellcheck disable=SC2086 # each field is an argument
  while read -r _line; do _stat=$_line; done <"$1/stat" && started ${_stat##*) } && true <"$1/cgroup" || return
  _why=other
  inContainer "$_id" <"$1/cgroup"
}
if [ "$_kept" ]; then { cd -P "$_kept" && exec 4<.; } 2>/dev/null || fail dir; fi
_why=gone
{
  if [ "$_dir" ]; then { verify /proc/self/fd/4; } 4<"/proc/$_pid"
  else cd "/proc/$_pid" && verify .
  fi
} 2>/dev/null || fail "$_why"

while [ "$_count" -gt 0 ]; do
  echo $$ >"$1" || fail cgroup
  shift; _count=$((_count - 1))
done

# The table of mounts lies in a tmpfs on a folder of the old /sys, which the new /sys then covers.
# So nothing is written to the host.
if [ "$_fstab" ]; then
  mount -n -t tmpfs tmpfs /sys/module || fail view
  printf '%s\n' "$_fstab" >/sys/module/fstab
  printf '%s\n' "$_nsswitch" >/sys/module/nsswitch.conf
  mount -n -a -T /sys/module/fstab || fail view
fi

# What joins more goes to the directory itself, and tells what became of the entry.
if [ ! "$_dir" ]; then unset PWD OLDPWD; outLoud; exec "$@"; fi

if [ "$_dir" != . ]; then
  cd -P "$_dir" 2>/dev/null || fail dir
  # sh exports OLDPWD, the directory where it was: the tool gets the one that the person had.
  if [ "$_oldpwd" ]; then OLDPWD=$_oldpwd; else unset OLDPWD; fi
fi
# The tool's variables get their own names here only. Until here, PATH is the one by which mount and
# nsenter are found.
for _name in $_variables; do eval "$_name=\$DBG_ENV_$_name; export $_name; unset DBG_ENV_$_name"; done
outLoud
tell entered || :
exec 3>&-
exec "$@"
