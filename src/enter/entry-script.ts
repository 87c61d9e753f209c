import { IN_CONTAINER } from './container-cgroup.ts';

/**
 * What runs between nsenter and the tool: verify, join, prepare, then become the tool. Fixed text for sh(1); everything that
 * varies comes in as arguments, so no outside data is ever part of a script.
 *
 * `set -f`: a name of the container's own making, such as that of its process, is never expanded to names of files.
 *
 * Its variables begin with an underscore: one that the person exports under the same name would reach the tool changed.
 *
 * Arguments: PID START ID DIR KEPT FSTAB NSSWITCH VARIABLES COUNT CGROUP_PROCS{COUNT} TOOL…
 *
 * DIR is where the tool starts. A relative one is dbg's own directory or begins there; that one is never left, as its path may lead to
 * another by now, or nowhere: removed, renamed, mounted over, on a file system that was unmounted.
 * DIR is empty where the tool's own line joins more (join.pl), which is then in /proc/PID. KEPT, if it is not empty, is a directory as DIR,
 * and open as descriptor 4 there.
 *
 * It tells what became of it in one word on descriptor 3, for dbg to explain (join.pl adds a reason to `last` and `dir`); pasted by hand,
 * it says it on stderr.
 */
export const ENTRY_SCRIPT = `
set -f
_oldpwd=\${OLDPWD-}
_pid=$1 _start=$2 _id=$3 _dir=$4 _kept=$5 _fstab=$6 _nsswitch=$7 _variables=$8; shift 8
_count=$1; shift
tell() { { echo "$1" >&3; } 2>/dev/null; }
${IN_CONTAINER}
fail() { tell "$1" || echo "dbg: not entered: $1" >&2; exit 125; }

# In an open /proc/PID every look is at this one process: when it ends, they fail, whoever gets its number.
# Field 22 of stat is the 20th behind the command, which may hold anything, a line feed too.
started() { [ "\${20:-}" = "$_start" ]; }
verify() {
  while read -r _line; do _stat=$_line; done <"$1/stat" && started \${_stat##*) } && true <"$1/cgroup" || return
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

# The table lies in a tmpfs on a folder of the old /sys, which the new /sys then covers: nothing is written to the host.
if [ "$_fstab" ]; then
  mount -n -t tmpfs tmpfs /sys/module || fail view
  printf '%s\\n' "$_fstab" >/sys/module/fstab
  printf '%s\\n' "$_nsswitch" >/sys/module/nsswitch.conf
  mount -n -a -T /sys/module/fstab || fail view
fi

# What joins more goes to the directory itself, and tells what became of it.
if [ ! "$_dir" ]; then unset PWD OLDPWD; exec "$@"; fi

if [ "$_dir" != . ]; then
  cd -P "$_dir" 2>/dev/null || fail dir
  # sh exports where it was.
  if [ "$_oldpwd" ]; then OLDPWD=$_oldpwd; else unset OLDPWD; fi
fi
# The tool's variables come in disguise: until here, PATH is the one by which mount and nsenter are found.
for _name in $_variables; do eval "$_name=\\$DBG_ENV_$_name; export $_name; unset DBG_ENV_$_name"; done
tell entered || :
exec 3>&-
exec "$@"
`.trim();

/** How an entry ended before its tool began; "entered" when it did begin. */
export type EntryOutcome = 'entered' | 'gone' | 'other' | 'cgroup' | 'view' | 'last' | 'dir';
