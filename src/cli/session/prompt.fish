# Read by fish in `dbg shell` after the person's own files: a prompt that names the container and the host; see bashrc.
functions -c fish_prompt __dbg_theirs
function fish_prompt
    set -l color green
    set -l note
    if test "$DBG_NETWORK" = host
        set color red
        set note ' HOST NETWORK'
    end
    set -l lines (cat /proc/$DBG_PID/stat 2>/dev/null)
    set -l stat (string replace -r '^.*\) ' '' -- $lines[-1] | string split ' ')
    if test "$stat[20]" != "$DBG_START"
        set color red
        set note ' GONE'
    end
    set -q NO_COLOR; or set_color $color
    echo -n "[$DBG_CONTAINER@$DBG_HOST$note] "
    set -q NO_COLOR; or set_color normal
    __dbg_theirs
end
