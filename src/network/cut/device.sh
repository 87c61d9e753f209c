# Functions that look at a device and take dbg's cuts off it, for cut.sh and undo.sh. These two run
# in the device's network namespace, and set before:
#   $netns    the inode of the network namespace; empty: any namespace is right
#   $ifindex  the device. It is found by its number, as names change.
#   $alias    the alias that the device has without dbg
#   $isDown   "down" when a cut of this shell has set the link down
#   $ruleset  the rules of this shell's cut, for nft
#
# `ip` fails when devices come or go while it lists them (NLM_F_DUMP_INTR, netlink(7)); 6.1 says so
# on stderr and exits with 0. It is then asked again. A look can also fail for another reason, as on
# a host that can start no more processes. A failed look does not mean that the device has ended.
#
# Whoever changes something holds the lock, one for all of dbg on this host. So no cut is undone
# while it is being made.
# - flock(2) works on any file that a process can open, so this file must be one that only root can
#   open. It is the environment of process 1.
# - The kernel lets only a process open it that may trace process 1 (ptrace(2), "PTRACE_MODE_READ").
#   No other user may, nor may root in a container, even with all files of the host mounted: root in
#   a container has fewer capabilities.
# - The file is always there, even when a disk is full or read-only.
#
# No cut is made without the lock. Whoever undoes a cut waits for the lock for a second, or for 5
# seconds where another dbg is at work, and then goes on without it: the holder may have been
# stopped (SIGSTOP). The result is right in both cases:
# - A cut is made in this order: the mark, then what the mark says, then a look whether the mark is
#   still there.
# - Without the lock, `clear` begins again until it finds nothing.
# So the one that looks at the mark last sees what the other one did.

# set -f: the name of a device is never expanded to the names of files.
set -f
isLocked='' taken=''
lock() { (exec 9</proc/1/environ) 2>/dev/null && exec 9</proc/1/environ && flock -w "$1" 9 && isLocked=1; }

newline='
'
# Whether `ip` has listed all devices.
isWhole() { case $all in '' | *'Dump was interrupted'*) return 1 ;; esac; }
# Sets $line and $name of the device. Both are empty when the device has ended. Fails when `ip`
# could not tell.
look() {
  tries=20
  until all=$(ip -o link 2>&1) && isWhole; do [ $((tries -= 1)) -gt 0 ] && sleep 0.05 || return; done
  line=
  case $newline$all in
    *"$newline$ifindex: "*) line=${all#"$ifindex: "}; line=${line#*"$newline$ifindex: "}; line="$ifindex: ${line%%"$newline"*}" ;;
  esac
  name=${line#*: }; nameOf "${name%%: *}"
}
# Sets $name from what `ip` prints: NAME, or NAME@OTHER when the device has another end. Names may
# hold an @ themselves. So $name is the longest beginning of it that is the name of this device.
nameOf() {
  name=$1
  while case $name in *@*) ;; *) false ;; esac; do
    if [ -e "/proc/sys/net/ipv4/conf/$name" ]; then
      case $(ip -o link show dev "$name" 2>/dev/null) in "$ifindex: "*) return ;; esac
    fi
    name=${name%@*}
  done
  # A device whose frames are too short for IPv4 (MTU below 68) is not in that folder.
  [ -e "/proc/sys/net/ipv4/conf/$name" ] || name=${1%@*}
}

# nft says "No such file or directory" when there is no table. Another refusal is an error only when
# the ruleset or the mark says that there may be a table.
deleteTable() {
  refused=$(nft delete table netdev "dbg_$ifindex" 2>&1) && took table && return
  case $refused in *"No such file or directory"*) return 0 ;; esac
  case $ruleset$line in
    table* | *" blackhole"* | *" drop:"* | *" loss:"* | *" rate:"*) echo "$refused" >&2; return 1 ;;
  esac
}

# Takes off the device all that dbg ever put on it, whichever cut did it. A second call does
# nothing. $taken gets a word for each thing that was there.
clear() {
  passes=20
  while :; do
    clearOnce || return
    [ "$found" ] && [ ! "$isLocked" ] || return 0
    [ $((passes -= 1)) -gt 0 ] || return
  done
}
took() { found=1 taken="$taken $1"; }
clearOnce() {
  found=
  look && deleteTable || return
  [ "$line" ] || return 0
  case $(tc qdisc show dev "$name" 2>/dev/null) in
    *" dbb: root"*) tc qdisc del dev "$name" root handle dbb: && took qdisc || return ;;
  esac
  case $line in *"alias dbg cut "????????" down "*) isDown=down ;; esac
  flags=${line#*: <}
  case $isDown,${flags%%>*}, in
    down*,UP,*) ;;
    down*) ip link set dev "$name" up && took link || return ;;
  esac
  case $line in *"alias dbg cut "*) ip link set dev "$name" alias "$alias" && took mark || return ;; esac
}

isPlace() { [ -z "$netns" ] || [ "$(readlink /proc/self/ns/net)" = "net:[$netns]" ]; }
