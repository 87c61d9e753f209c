# becomeStrace TARGETS WORDS TOOL… ARG…: becomes strace, attached to processes.
#
# TARGETS is `-p PID` for each process. They are inserted behind the first WORDS words of the rest:
# TOOL, which is strace with dbg's own options. The arguments behind them stay as they are. Each
# turn of the loop moves one word from the front of the line to its end.
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
