# Attaches strace to a command that another program starts. The command is the program's one child
# that stops itself just before it becomes the command (enter/inside/join.pl).
#
# No call is missed: a stopped process that strace seizes waits for its tracer, even after SIGCONT
# (ptrace(2)).
#
# The trace ends with the command, or with the program. Processes that either leaves behind go on
# untraced.
#
# The PID of a process that has ended may be given to another process. So /proc/PID is held open of
# each process: what is read below such a descriptor is of this one process, and nothing is there
# when it has ended. Just before a signal it is made sure that its process is there. sh can send
# none by a descriptor (pidfd_send_signal(2)).
#
# Descriptors:
#   3  the outcome is told there: `strace CODE`
#   5  /proc/PID of the program (start.sh)
#   6  /proc/PID of the command
#   7  /proc/PID of strace
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

# Whether the process of a descriptor is there: it has not ended, or nobody has waited for it yet.
# So nobody else has its PID.
isThere() { [ -e "/proc/self/fd/$1/stat" ]; }
look() {
  _state='' _tracer='' _parent=''
  while read -r _key _value _rest; do
    case $_key in State:) _state=$_value ;; TracerPid:) _tracer=$_value ;; PPid:) _parent=$_value ;; esac
  done <"/proc/self/fd/$1/status"
}
# Sets $_command to the PID of the child that has stopped itself, and opens descriptor 6. Leaves it
# empty when the program has ended: then the entry tells why.
findStopped() {
  _command=
  while look 5 && [ "$_state" ] && [ "$_state" != Z ]; do
    read -r _children <"/proc/self/fd/5/task/$_pid/children"
    for _child in $_children; do
      # `command`: a descriptor that cannot be opened does not end this shell.
      command exec 6<"/proc/$_child" || continue
      look 6
      [ "$_state $_parent" != "T $_pid" ] || ! isThere 5 || { _command=$_child; return; }
    done
    sleep 0.01
  done
}
findStopped
if [ ! "$_command" ]; then
  # A command that could not be traced must not run on unseen, so the program is killed.
  look 5
  case $_state in '' | Z) ;; *) echo 'strace 1' >&3; isThere 5 && kill -KILL "$_pid" ;; esac
  exit 0
fi

becomeStrace "-p $_command" "$_words" "$@" 2>&4 4>&- 5<&- 6<&- &
_strace=$!
# This shell has waited for no child since, so strace's PID is strace's.
command exec 7<"/proc/$_strace"
while look 6 && [ "$_tracer" = 0 ]; do
  isThere 7 || {
    wait "$_strace"
    echo "strace $?" >&3
    isThere 6 && kill -KILL "$_command"
    exit
  }
  sleep 0.01
done
isThere 6 && kill -CONT "$_command"
while isThere 5 && isThere 7; do sleep 0.05; done
isThere 7 && kill -INT "$_strace"
wait "$_strace"
