# Looks at the network namespace that it is started in, then runs PROGRAM, which looks at the
# container's (look-inside.ts). It prints four texts with a NUL between them:
#   - the network namespace of this shell
#   - the devices in it
#   - the network namespaces that it has a number for
#   - what PROGRAM prints
#
# The namespace is entered once. So all four texts are about the same namespace, even when another
# one is mounted at the path meanwhile. PROGRAM runs while this shell is in the namespace. So the
# namespace has a process, and the lsns that PROGRAM runs in the container lists it.
#
# Arguments: PROGRAM ARG…

# again: repeats a command that fails, for 2 seconds. lsns fails when processes come or go while it
# lists them; ip fails when devices do. `again` in look-inside.ts names the sources.
again() { tries=100; until "$@"; do [ $((tries -= 1)) -gt 0 ] && sleep 0.02 || return; done; }
links() { links=$(ip -d -j link 2>&1) && case $links in *'Dump was interrupted'*) return 1 ;; esac; }
end() { printf '\0'; }
readlink /proc/self/ns/net && end && again links && printf %s "$links" && end &&
  again lsns -t net -J -o NS,PID,NETNSID && end && again "$@"
