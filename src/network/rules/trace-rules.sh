# Puts rules into the firewall of the network namespace that it is started in, which mark packets to
# be traced (nft(8), META EXPRESSIONS, nftrace), and prints the trace. It ends when its stdin does,
# or after SECONDS.
#
# Arguments: SECONDS TABLE RULES
#   TABLE  the name of the tables that RULES make
#   RULES  lines for nft; each table is made with `flags owner`: the kernel removes it when the nft
#          that made it ends, by whatever death
#
# It prints "ready" when the rules are there and the trace is listened to, or "failed".
seconds=$1 table=$2 rules=$3
exec 3<&0

# How many sockets of this namespace listen to traces. /proc/net/netlink has them by protocol
# (NETLINK_NETFILTER is 12) and groups; that of traces is NFNLGRP_NFTRACE, 9.
listeners() {
  count=0
  while read -r _ protocol _ groups _; do
    case $protocol in 12) [ $((0x$groups & 0x100)) = 0 ] || count=$((count + 1)) ;; esac
  done </proc/net/netlink
}
# Waits for up to 2 s until the trace is listened to.
isHeard() {
  tries=40
  until listeners && [ "$count" -gt "$former" ]; do [ $((tries -= 1)) -gt 0 ] && sleep 0.05 || return; done
}

listeners
former=$count
timeout "$seconds" nft monitor trace 3<&- 2>/dev/null &
monitor=$!
# The nft that owns the tables reads on until the stdin of this script ends. It lists them at last,
# so the rules are there when it prints the table's name.
{ printf '%s\nlist tables inet\n' "$rules"; timeout "$seconds" cat <&3; } | nft -i 2>/dev/null | {
  exec 3<&-
  said=failed
  while read -r line; do
    case $line in *"table inet $table") isHeard && said=ready; break ;; esac
  done
  echo "$said"
  cat >/dev/null
}
kill "$monitor" 2>/dev/null
wait
