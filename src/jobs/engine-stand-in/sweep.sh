# Removes what a session of dbg has put on the host (stand-in.ts), as soon as stdin ends. stdin ends
# with dbg, however dbg dies.
#
# Arguments: SOCKET FOLDER CONTEXT DESCRIPTION
#   SOCKET       the path of the socket; empty: none
#   FOLDER       the folder that dbg made for the socket; empty: none
#   CONTEXT      the docker context that dbg made; empty: none
#   DESCRIPTION  the description of that context. A context of the same name with another
#                description is not this session's and stays.
#
# When the context is the person's current one, the default context becomes the current one.
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
