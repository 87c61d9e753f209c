# Exchanges the descriptors 2 and 3 until the tool begins. It runs before nsenter, where Host.run
# does not exchange them itself (isAside). Descriptor 3 is the one on which entry.sh tells dbg what
# became of the entry. So the messages of nsenter, unshare and mount go to dbg, which explains them:
# when a container ends while it is joined, nsenter says "cannot open /proc/PID/ns/net".
#
# Where a person has pasted the line, there is no descriptor 3. Then the messages go to that person.
#
# Arguments: PROGRAM ARG…
if [ -e /proc/self/fd/3 ]; then { exec 3>&2 2>&5; } 5>&3; export DBG_ASIDE=1; fi
exec "$@"
