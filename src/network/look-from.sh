# Looks at the network from a place (look-inside.ts), and then runs a program that looks at the
# container's. It prints, with a NUL between them:
#   the network namespace of this shell, its devices, its network namespaces, what PROGRAM prints
#
# The place is entered once, so all is said of one namespace, whatever its file becomes meanwhile.
# PROGRAM is run while this shell is in that namespace: so a process is in it, and lsns lists it.
#
# Arguments: PROGRAM ARG…

# lsns and ip fail when processes or devices come or go while they list them: `again` in
# look-inside.ts has the sources. They are asked again, 2 seconds long.
again() { tries=100; until "$@"; do [ $((tries -= 1)) -gt 0 ] && sleep 0.02 || return; done; }
links() { links=$(ip -d -j link 2>&1) && case $links in *'Dump was interrupted'*) return 1 ;; esac; }
end() { printf '\0'; }
readlink /proc/self/ns/net && end && again links && printf %s "$links" && end &&
  again lsns -t net -J -o NS,PID,NETNSID && end && again "$@"
