# Prints the sysctls of the network, IPC and UTS namespaces that it is started in, a line for each:
# "/proc/sys/net/ipv4/ip_forward:0".
#
# - Some files are for writing alone. What grep says of them is dropped.
# - Those of single devices but lo and eth0 to eth9 are left out, as a container may have any number
#   of devices.
# - stable_secret and tcp_fastopen_key are secrets.
cd /proc/sys || exit
timeout 3 grep -rsH '' net kernel/shm* kernel/msg* kernel/sem kernel/domainname fs/mqueue 2>/dev/null |
  grep -aE '^(net/(ipv4|ipv6)/(conf|neigh)/(all|default|lo|eth[0-9])/|net/[^/]*/[^/:]*:|net/[^/]*/(route|icmp)/|net/netfilter/|kernel/|fs/)' |
  grep -avE 'secret|_key:' |
  head -c 1000000
