# fish reads this file in `dbg shell`, after the person's own files. It sets a prompt that names the
# container and the host, as bashrc does for bash.
functions -c fish_prompt __dbg_theirs
function fish_prompt
    # The person's prompt runs first, while $status and $pipestatus are still those of the last
    # command. Each builtin below changes them.
    set -l theirs (__dbg_theirs | string collect --no-trim-newlines)
    set -l color green
    set -l note
    if test "$DBG_NETWORK" = host
        set color red
        set note ' HOST NETWORK'
    end
    set -l lines (command cat /proc/$DBG_PID/stat 2>/dev/null)
    set -l stat (string replace -r '^.*\) ' '' -- $lines[-1] | string split ' ')
    if test "$stat[20]" != "$DBG_START"
        set color red
        set note ' GONE'
    end
    set -q NO_COLOR; or set_color $color
    builtin echo -n "[$DBG_CONTAINER@$DBG_HOST$note] "
    set -q NO_COLOR; or set_color normal
    builtin echo -n "$theirs"
end
