# Makes sure that processes still are the container's, then becomes strace on them.
#
# A process is left out when its PID belongs to another process by now. When none is left, strace
# does not run.
#
# Arguments: ID COUNT {PID START}{COUNT} WORDS TOOL{WORDS} ARG…
#   ID         the container's id
#   PID START  a process: its PID, and when it started (field 22 of its stat)
#   TOOL       strace, with what dbg adds (strace-argv.ts)
#   ARG        strace's arguments as the person wrote them
#
# One word on descriptor 3 tells dbg the outcome: `entered` or `gone` (as in enter/entry.sh).

# No name that the container chose is expanded to names of files.
set -f
_id=$1 _count=$2 _traced=''; shift 2
tell() { { echo "$1" >&3; } 2>/dev/null; }
# Field 22 of stat is the 20th field behind the command. The command may contain anything.
started() { [ "${20:-}" = "$_start" ]; }
. ../../enter/in-container.sh
. ./become-strace.sh

# The start time is read after the cgroup. If it is the right one, the cgroup was that of the same
# process.
while [ "$_count" -gt 0 ]; do
  _pid=$1 _start=$2 _inside='' _stat=''; shift 2; _count=$((_count - 1))
  { inContainer "$_id" <"/proc/$_pid/cgroup"; } 2>/dev/null && _inside=yes
  { while read -r _line; do _stat=$_line; done <"/proc/$_pid/stat"; } 2>/dev/null
  # shellcheck disable=SC2086 # each field is an argument
  if [ "$_inside" ] && started ${_stat##*) }; then _traced="$_traced -p $_pid"; fi
done
[ "$_traced" ] || { tell gone || echo 'dbg: not traced: gone' >&2; exit 125; }
tell entered || :
exec 3>&-
becomeStrace "$_traced" "$@"
