# Makes sure that this is the network that was meant, then becomes a program (tcpflow-host-end.ts).
# The file by which the network namespace was entered may be another namespace's by now.
#
# Arguments: NETNS PROGRAM ARG…
#   NETNS  the inode of the network namespace
[ "$(readlink /proc/self/ns/net)" = "net:[$1]" ] || { echo 'dbg: that network is gone' >&2; exit 125; }
shift
exec "$@"
