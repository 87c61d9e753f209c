# Runs between nsenter and the tool. It verifies that this is the container's process, joins the
# cgroups, mounts what the tool is to see, and then becomes the tool.
#
# Everything that varies is an argument: no data from outside is ever part of a script.
#
# Arguments: PID START ID DIR KEPT FSTAB NSSWITCH VARIABLES COUNT CGROUP_PROCS{COUNT} TOOL…
#   PID START     the container's process: its number, and its start time (field 22 of its stat)
#   ID            the container's id
#   DIR           where the tool starts. A relative path begins at dbg's own directory. This script
#                 does not leave that directory and come back by its path. The path may lead to
#                 another directory by now, or nowhere: the directory may have been renamed,
#                 removed, mounted over, or unmounted.
#                 Empty: the tool's own line joins more (inside/join.pl), and starts in /proc/PID.
#   KEPT          a relative directory that is opened as descriptor 4 for join.pl; empty: none
#   FSTAB         the mounts, in the form of fstab(5); empty: none
#   NSSWITCH      the text of /etc/nsswitch.conf in the view
#   VARIABLES     names of the tool's variables, which are in the environment as DBG_ENV_NAME
#   CGROUP_PROCS  the cgroup.procs files of the cgroups to join
#
# One word on descriptor 3 tells dbg what became of the entry (outcome.ts). join.pl adds a reason to
# `last` and `dir`. The messages of nsenter, unshare and mount come before that word (aside.sh). A
# line that was pasted by hand has no descriptor 3; then stderr gets the word.
#
# All variables of this script begin with an underscore. Otherwise an exported variable of the
# person's with the same name would reach the tool changed.

# The container chooses some texts, such as the name of its process. They must not be expanded to
# names of files.
set -f
_oldpwd=${OLDPWD-}
_pid=$1 _start=$2 _id=$3 _dir=$4 _kept=$5 _fstab=$6 _nsswitch=$7 _variables=$8; shift 8
_count=$1; shift
tell() { { echo "$1" >&3; } 2>/dev/null; }
. ./in-container.sh
# Undoes the exchange of descriptors that aside.sh made.
outLoud() { if [ "${DBG_ASIDE-}" ]; then { exec 3>&2 2>&5; } 5>&3; unset DBG_ASIDE; fi; }
fail() { outLoud; tell "$1" || echo "dbg: not entered: $1" >&2; exit 125; }

# In an open /proc/PID every look is at this one process. When the process has ended the looks fail,
# even when another process has its number by then. Field 22 of stat is the 20th after the command,
# and the command may hold anything, a line feed too.
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

# join.pl goes to the directory itself, and tells what became of the entry.
if [ ! "$_dir" ]; then unset PWD OLDPWD; outLoud; exec "$@"; fi

if [ "$_dir" != . ]; then
  cd -P "$_dir" 2>/dev/null || fail dir
  # sh has set OLDPWD to the directory that it left, and exports it. The tool gets the person's own
  # value.
  if [ "$_oldpwd" ]; then OLDPWD=$_oldpwd; else unset OLDPWD; fi
fi
# The tool's variables get their own names only here. Until here, PATH has to be the one by which
# mount and nsenter are found.
for _name in $_variables; do eval "$_name=\$DBG_ENV_$_name; export $_name; unset DBG_ENV_$_name"; done
outLoud
tell entered || :
exec 3>&-
exec "$@"
