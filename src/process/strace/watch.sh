# Attaches strace to a command that another program starts. The command is the program's one child
# that stops itself just before it becomes the command (enter/inside/join.pl).
#
# No call is missed: a stopped process that strace seizes waits for its tracer, even after SIGCONT
# (ptrace(2)).
#
# The trace ends with the command, or with the program. Processes that either leaves behind go on
# untraced. The watcher's working directory is /proc/PID: the relative paths that it reads there are
# of this one process, even when its PID is given to another.
#
# Arguments: PID WORDS COUNT {TOOL{WORDS} ARG…}{COUNT} …
#   PID          the program
#   TOOL         strace, with what dbg adds (strace-argv.ts)
#   ARG          strace's arguments as the person wrote them
#   what follows is ignored
_pid=$1 _words=$2 _count=$3; shift 3
. ./become-strace.sh

# Keeps only the first COUNT words: it moves them to the end, and then drops all words before them.
_turn=0
while [ "$_turn" -lt "$_count" ]; do set -- "$@" "$1"; shift; _turn=$((_turn + 1)); done
shift $(($# - _count))
# A person has no use for sh's complaints about a process that has gone. strace gets the real stderr
# by descriptor 4.
exec 4>&2 2>/dev/null

look() {
  _state='' _tracer=''
  while read -r _key _value _rest; do
    case $_key in State:) _state=$_value ;; TracerPid:) _tracer=$_value ;; esac
  done <"/proc/$1/status"
}
# Prints the PID of the child that has stopped itself. Prints nothing when the program has ended:
# then the entry tells why.
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
  # A command that could not be traced must not run on unseen, so the program is killed.
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
