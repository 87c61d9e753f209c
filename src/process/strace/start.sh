# Becomes a program, with watch.sh beside it, which traces what the program starts.
#
# The watcher is nobody's child: the program has no children but its own. It is in a session of its
# own (setsid(1)): Ctrl-C is for the command.
#
# Arguments: WATCHER WORDS COUNT {TOOL{WORDS} ARG…}{COUNT} PROGRAM…
#   WATCHER        the text of watch.sh
#   WORDS … ARG    what watch.sh takes; COUNT is the number of words of TOOL and ARG together
#   PROGRAM        the program, with its arguments
_watcher=$1 _words=$2 _count=$3; shift 3
(setsid sh -c "$_watcher" dbg-strace "$$" "$_words" "$_count" "$@" </dev/null &)
shift "$_count"
exec "$@"
