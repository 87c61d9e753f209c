# Prints what a tool says of its version and its options.
#
# Arguments: SECONDS TOOL OPTION…
#
# The tool is run once with each option. Old tools print such things on stderr, and end with 1. A
# tool that does not end within so many seconds is killed. No more than 64 KiB are read.
seconds=$1 tool=$2; shift 2
limit=; command -v timeout >/dev/null && limit="timeout -s KILL $seconds"
for option; do
  # shellcheck disable=SC2086 # the words of $limit
  $limit "$tool" "$option" 2>&1 </dev/null | head -c 65536
  echo
done
