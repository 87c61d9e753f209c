# Captures into Wireshark's FIFO (extcap-protocol.ts).
#
# Arguments: FIFO TCPDUMP ARG…
#
# The FIFO is opened in any case, and so closed: until somebody has opened it, Wireshark waits for
# the first byte.
#
# open(2) of a FIFO waits for a reader. It would wait for ever, had Wireshark been killed meanwhile:
# after 10 seconds it is ended. Another file may have the FIFO's name by then. So the file is opened
# without truncating it (>>), and looked at once it is open.
#
# What tcpdump says of a capture that goes well is left out: Wireshark shows it as an error.
fifo=$1; shift
[ -p "$fifo" ] || { echo "dbg: no FIFO: $fifo" >&2; exit 125; }
(trap 'kill "$!"; exit' TERM; sleep 10 & wait "$!"; kill "$$") >/dev/null 2>&1 &
exec 4>>"$fifo"
kill "$!"
[ -p "/proc/self/fd/4" ] || { echo "dbg: no FIFO any more: $fifo" >&2; exit 125; }
{ "$@" 2>&1 >&3 3>&- 4>&- |
  sed -uE '/^tcpdump: (listening on|data link type) |^[0-9]+ packets? (captured|received|dropped)/d' >&2 3>&- 4>&-
} 3>&1 | exec dd bs=64k status=none >&4
