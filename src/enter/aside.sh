# What runs before nsenter. Until the tool begins, what nsenter, unshare and mount say goes to dbg,
# by the descriptor on which entry.sh tells what became of the entry: 2 and 3 are exchanged. A
# container that ends while it is joined makes nsenter say "cannot open /proc/PID/ns/net", which dbg
# explains.
#
# Where the line was pasted by hand there is no descriptor 3, and they say it to the person.
#
# Arguments: PROGRAM ARG…
if [ -e /proc/self/fd/3 ]; then { exec 3>&2 2>&5; } 5>&3; export DBG_ASIDE=1; fi
exec "$@"
