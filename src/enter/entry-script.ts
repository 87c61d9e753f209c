/**
 * What runs between nsenter and the tool: verify, join, prepare, then become the tool. Fixed text for sh(1); everything that
 * varies comes in as arguments, so no outside data is ever part of a script.
 *
 * Arguments: PID START ID DIR FSTAB NSSWITCH COUNT CGROUP_PROCS{COUNT} TOOL…
 *
 * It tells what became of it in one word on descriptor 3, for dbg to explain; pasted by hand, it says it on stderr.
 */
export const ENTRY_SCRIPT = `
pid=$1 start=$2 id=$3 dir=$4 fstab=$5 nsswitch=$6 count=$7; shift 7
tell() { { echo "$1" >&3; } 2>/dev/null; }
fail() { tell "$1" || echo "dbg: not entered: $1" >&2; exit 125; }

# Inside /proc/PID as the current directory, every look is at this one process: when it ends, they fail, whoever gets its
# number. Field 22 of stat is the 20th behind the command, which may hold anything, a line feed too.
cd "/proc/$pid" 2>/dev/null || fail gone
{ while read -r line; do stat=$line; done <stat; } 2>/dev/null || fail gone
started() { [ "\${20:-}" = "$start" ]; }
started \${stat##*) } || fail gone
inside=
{ while read -r line; do case $line in *"$id"*) inside=yes ;; esac; done <cgroup; } 2>/dev/null || fail gone
[ "$inside" ] || fail other

while [ "$count" -gt 0 ]; do
  echo $$ >"$1" || fail cgroup
  shift; count=$((count - 1))
done

# The table lies in a tmpfs on a folder of the old /sys, which the new /sys then covers: nothing is written to the host.
if [ "$fstab" ]; then
  mount -n -t tmpfs tmpfs /sys/module || fail view
  printf '%s\\n' "$fstab" >/sys/module/fstab
  printf '%s\\n' "$nsswitch" >/sys/module/nsswitch.conf
  mount -n -a -T /sys/module/fstab || fail view
fi

cd "$dir" 2>/dev/null || fail dir
tell entered || :
exec 3>&-
exec "$@"
`.trim();

/** How an entry ended before its tool began; "entered" when it did begin. */
export type EntryOutcome = 'entered' | 'gone' | 'other' | 'cgroup' | 'view' | 'dir';
