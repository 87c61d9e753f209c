# Becomes a program that neither the keys of the terminal nor a signal to dbg's process group ends:
# a signal that is ignored stays so (execve(2)).
trap '' HUP INT QUIT TERM
exec "$@"
