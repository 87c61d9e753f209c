# Attaches strace to a command that another program starts: to its one child that stops itself just
# before it becomes the command (enter/inside/join.pl).
#
# A process that is stopped when strace seizes it waits for its tracer, whatever CONT says
# (ptrace(2)): no call is missed.
#
# The trace ends with the command, or with the program. What either leaves behind goes on untraced.
# The watcher stands in /proc/PID: it looks at this one process only, whoever gets its number.
#
# Arguments: PID WORDS COUNT {TOOL{WORDS} ARG…}{COUNT} …
#   PID          the program
#   TOOL         strace, with what dbg adds (strace-argv.ts)
#   ARG          strace's arguments as the person wrote them
#   what follows is passed over
_pid=$1 _words=$2 _count=$3; shift 3
. ./become-strace.sh

# The first COUNT words are kept: they are moved to the end, and all that is before them goes.
_turn=0
while [ "$_turn" -lt "$_count" ]; do set -- "$@" "$1"; shift; _turn=$((_turn + 1)); done
shift $(($# - _count))
# What sh says of a process that has gone is of no use to a person. strace has stderr as 4.
exec 4>&2 2>/dev/null

look() {
  _state='' _tracer=''
  while read -r _key _value _rest; do
    case $_key in State:) _state=$_value ;; TracerPid:) _tracer=$_value ;; esac
  done <"/proc/$1/status"
}
# Prints the child that stands still. Prints nothing when the program has ended by itself: then the
# entry tells why.
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

becomeStrace "-p $_command" "$_words" "$@" 2>&4 4>&- &
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
