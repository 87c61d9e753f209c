# Prints the firewall rules of this network namespace with their counters: each program's behind a
# line "#> NAME". A program that is not there, or fails, is left out: the script always ends well.
#
# iptables-legacy is asked only where it has rules: asking it loads its kernel modules otherwise.
list() { command -v "$1" >/dev/null && printf '\n#> %s\n' "$2" && shift 2 && "$@" 2>/dev/null; }
list iptables-save iptables iptables-save -c
list ip6tables-save ip6tables ip6tables-save -c
[ -s /proc/net/ip_tables_names ] &&
  list iptables-legacy-save iptables-legacy iptables-legacy-save -c
[ -s /proc/net/ip6_tables_names ] &&
  list ip6tables-legacy-save ip6tables-legacy ip6tables-legacy-save -c
list nft nft nft list ruleset
:
