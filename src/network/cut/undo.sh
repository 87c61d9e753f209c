# Takes all of dbg's cuts off a device. It prints one line with a word for each thing that was
# there: table, qdisc, link, mark.
#
# Arguments: NETNS IFINDEX ALIAS UP
#   NETNS IFINDEX ALIAS  the device (device.sh)
#   UP                   "up": the link is set up in any case, whoever set it down
netns=$1 ifindex=$2 alias=$3 up=$4 isDown='' ruleset=''
. ./device.sh
isPlace || exit 0
lock 1
# shellcheck disable=SC2086 # each word of it is an argument
clear && look && if [ "$up" ] && [ "$line" ]; then ip link set dev "$name" up; fi && echo $taken
