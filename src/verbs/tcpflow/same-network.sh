# Makes sure that this is the intended network namespace, then becomes a program
# (tcpflow-host-end.ts). The file through which the namespace was entered may be that of another one
# by now.
#
# Arguments: NETNS PROGRAM ARG…
#   NETNS  the inode of the network namespace
[ "$(readlink /proc/self/ns/net)" = "net:[$1]" ] || { echo 'dbg: that network is gone' >&2; exit 125; }
shift
exec "$@"
