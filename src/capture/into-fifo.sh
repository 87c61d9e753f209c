# Captures into Wireshark's FIFO (extcap-protocol.ts).
#
# Arguments: FIFO TCPDUMP ARG…
#
# The FIFO is opened and so closed at the end in any case: until somebody has opened it, Wireshark
# waits for the first byte.
#
# - open(2) of a FIFO waits for a reader. It would wait for ever if Wireshark has been killed
#   meanwhile, so it is ended after 10 seconds.
# - Another file may have the FIFO's name by then. So the file is opened without truncating it (>>),
#   and checked once it is open.
#
# What tcpdump says of a capture that goes well is left out, because Wireshark shows it as an error.
fifo=$1; shift
[ -p "$fifo" ] || { echo "dbg: no FIFO: $fifo" >&2; exit 125; }
(trap 'kill "$!"; exit' TERM; sleep 10 & wait "$!"; kill "$$") >/dev/null 2>&1 &
exec 4>>"$fifo"
kill "$!"
[ -p "/proc/self/fd/4" ] || { echo "dbg: no FIFO any more: $fifo" >&2; exit 125; }
{ "$@" 2>&1 >&3 3>&- 4>&- |
  sed -uE '/^tcpdump: (listening on|data link type) |^[0-9]+ packets? (captured|received|dropped)/d' >&2 3>&- 4>&-
} 3>&1 | exec dd bs=64k status=none >&4
