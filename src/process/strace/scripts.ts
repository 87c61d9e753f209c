import { IN_CONTAINER } from '../../enter/container-cgroup.ts';

/**
 * Puts $_targets behind the first $_words words of "$@": strace's own arguments stay behind them, untouched. A word is moved to the
 * end in each turn.
 */
const INSERT_TARGETS = `
_at=0 _total=$#
while [ "$_at" -le "$_total" ]; do
  [ "$_at" != "$_words" ] || set -- "$@" $_targets
  [ "$_at" = "$_total" ] || { set -- "$@" "$1"; shift; }
  _at=$((_at + 1))
done
`.trim();

/**
 * Makes sure that processes are still the container's, then becomes strace: a pid that was given to another process is left out,
 * and when none is left, nothing is run. Fixed text for sh(1); everything that varies comes in as arguments.
 *
 * Arguments: ID COUNT {PID START}{COUNT} WORDS TOOL{WORDS} ARG…
 *
 * The start time is read after the cgroup: when it is the right one, so was the process whose cgroup was read. Field 22 of stat is
 * the 20th behind the command, which may hold anything. One word on descriptor 3 tells dbg what became of it.
 */
export const ATTACH_SCRIPT = `
set -f
_id=$1 _count=$2 _targets=; shift 2
tell() { { echo "$1" >&3; } 2>/dev/null; }
started() { [ "\${20:-}" = "$_start" ]; }
${IN_CONTAINER}
while [ "$_count" -gt 0 ]; do
  _pid=$1 _start=$2 _inside= _stat=; shift 2; _count=$((_count - 1))
  { inContainer "$_id" <"/proc/$_pid/cgroup"; } 2>/dev/null && _inside=yes
  { while read -r _line; do _stat=$_line; done <"/proc/$_pid/stat"; } 2>/dev/null
  if [ "$_inside" ] && started \${_stat##*) }; then _targets="$_targets -p $_pid"; fi
done
[ "$_targets" ] || { tell gone || echo 'dbg: not traced: gone' >&2; exit 125; }
_words=$1; shift
${INSERT_TARGETS}
tell entered || :
exec 3>&-
exec "$@"
`.trim();

/**
 * Becomes a program, with the watcher beside it. The watcher is nobody's child, so that the program has none but its own, and in a
 * session of its own (setsid(1)): Ctrl-C is for the command.
 *
 * Arguments: WATCHER WORDS COUNT {TOOL{WORDS} ARG…}{COUNT} PROGRAM…
 */
export const START_SCRIPT = `
_watcher=$1 _words=$2 _count=$3; shift 3
(setsid sh -c "$_watcher" dbg-strace "$$" "$_words" "$_count" "$@" </dev/null &)
shift "$_count"
exec "$@"
`.trim();

/**
 * Attaches strace to a command that another program starts: to its one child that stops itself just before it becomes the command
 * (enter/inside/join.pl). What is stopped when it is seized waits for its tracer whatever CONT says (ptrace(2)): no call is missed.
 *
 * The trace ends with the command, or with the program: what either leaves behind goes on untraced. Standing in /proc/PID, the
 * watcher looks at this one process only, whoever gets its number.
 *
 * Arguments: PID WORDS COUNT {TOOL{WORDS} ARG…}{COUNT} …
 */
export const WATCH_SCRIPT = `
_pid=$1 _words=$2 _count=$3; shift 3
_turn=0
while [ "$_turn" -lt "$_count" ]; do set -- "$@" "$1"; shift; _turn=$((_turn + 1)); done
shift $(($# - _count))
exec 4>&2 2>/dev/null
look() {
  _state= _tracer=
  while read -r _key _value _rest; do
    case $_key in State:) _state=$_value ;; TracerPid:) _tracer=$_value ;; esac
  done <"/proc/$1/status"
}
# Prints the child that stands still; nothing when the program has ended by itself, and the entry tells why.
stopped() {
  cd "/proc/$_pid" || return
  while look "$_pid" && [ "$_state" ] && [ "$_state" != Z ]; do
    read -r _children <"task/$_pid/children"
    for _child in $_children; do
      look "$_child"
      [ "$_state" != T ] || { echo "$_child"; return; }
    done
    sleep 0.01
  done
}
_command=$(stopped)
if [ ! "$_command" ]; then
  # What could not be traced must not run on unseen.
  look "$_pid"
  case $_state in '' | Z) ;; *) echo 'strace 1' >&3; kill -KILL "$_pid" ;; esac
  exit
fi
_targets="-p $_command"
${INSERT_TARGETS}
"$@" 2>&4 4>&- &
_strace=$!
while look "$_command" && [ "$_tracer" = 0 ]; do
  kill -0 "$_strace" || {
    wait "$_strace"
    echo "strace $?" >&3
    kill -KILL "$_command"
    exit
  }
  sleep 0.01
done
kill -CONT "$_command"
cd "/proc/$_pid" || :
while [ -e stat ] && kill -0 "$_strace"; do sleep 0.05; done
kill -INT "$_strace"
wait "$_strace"
`.trim();
