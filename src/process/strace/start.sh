# Starts watch.sh, which traces what a program starts, and then becomes that program.
#
# The watcher is orphaned at once, so the program has no children but its own. It runs in a session
# of its own (setsid(1)), so Ctrl-C reaches the command and not the watcher.
#
# The watcher gets /proc/PID of the program as descriptor 5. By the PID alone it might look at
# another process, if the program ended at once and its PID was given away.
#
# Arguments: WATCHER WORDS COUNT {TOOL{WORDS} ARG…}{COUNT} PROGRAM…
#   WATCHER        the text of watch.sh
#   WORDS … ARG    what watch.sh takes; COUNT is the number of words of TOOL and ARG together
#   PROGRAM        the program, with its arguments
_watcher=$1 _words=$2 _count=$3; shift 3
(setsid sh -c "$_watcher" dbg-strace "$$" "$_words" "$_count" "$@" </dev/null 5<"/proc/$$" &)
shift "$_count"
exec "$@"
