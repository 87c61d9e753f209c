# Takes away what a session of dbg's put on the host (stand-in.ts), when stdin ends. stdin ends with
# dbg, however that dies.
#
# Arguments: SOCKET FOLDER CONTEXT DESCRIPTION
#   SOCKET       the path of the socket; empty: none
#   FOLDER       the folder that dbg made for the socket; empty: none
#   CONTEXT      the docker context that dbg made; empty: none
#   DESCRIPTION  the context's description, which tells whether it is still this session's. Another
#                one's stays.
#
# Who has made the context their current one has the default one again.
trap '' HUP INT TERM QUIT
exec >/dev/null 2>&1
cat
rm -f -- "$1"
[ -z "$2" ] || rmdir -- "$2"
[ "$3" ] || exit
unset DOCKER_HOST DOCKER_CONTEXT
case $(docker context inspect --format '{{json .Metadata}}' -- "$3") in *"$4"*) ;; *) exit ;; esac
[ "$(docker context show)" = "$3" ] && docker context use default
docker context rm -f -- "$3"
