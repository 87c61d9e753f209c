# becomeStrace TARGETS WORDS TOOL… ARG…: becomes strace, with the processes that it is to attach to.
#
# TARGETS is `-p PID` for each of them. They go behind the first WORDS words of the rest, which are
# strace's own line. The arguments behind them stay as they are. In each turn one word of the line
# is moved to its end.
becomeStrace() {
  _targets=$1 _words=$2; shift 2
  _at=0 _total=$#
  while [ "$_at" -le "$_total" ]; do
    # shellcheck disable=SC2086 # each word of it is an argument
    [ "$_at" != "$_words" ] || set -- "$@" $_targets
    [ "$_at" = "$_total" ] || { set -- "$@" "$1"; shift; }
    _at=$((_at + 1))
  done
  exec "$@"
}
