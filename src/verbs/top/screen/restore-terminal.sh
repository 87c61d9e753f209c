# Gives a terminal back as it was when dbg is killed and cannot do that itself. $1: the terminal.
# It says "ok" once it knows how the terminal is. Then it waits for a word, which says that dbg has
# given the terminal back; without one, dbg has ended otherwise.
terminal=$1
modes=$(stty -g <"$terminal") || exit 1
echo ok
read -r word && [ "$word" = 'done' ] && exit 0
stty "$modes" <"$terminal"
# The cursor, and the screen that was there before (xterm's DECSET 25 and 1049).
printf '\033[?25h\033[?1049l' >"$terminal"
