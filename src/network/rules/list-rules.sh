# Prints the firewall rules of this network namespace with their counters. The rules of each program
# come after a line "#> NAME". A program that is missing or fails is left out, and the script always
# succeeds.
#
# iptables-legacy is asked only where it has rules, because asking it loads its kernel modules.
list() { command -v "$1" >/dev/null && printf '\n#> %s\n' "$2" && shift 2 && "$@" 2>/dev/null; }
list iptables-save iptables iptables-save -c
list ip6tables-save ip6tables ip6tables-save -c
[ -s /proc/net/ip_tables_names ] &&
  list iptables-legacy-save iptables-legacy iptables-legacy-save -c
[ -s /proc/net/ip6_tables_names ] &&
  list ip6tables-legacy-save ip6tables-legacy ip6tables-legacy-save -c
list nft nft nft list ruleset
:
