# fish completion for dbg; put it in a file:
#   dbg completion fish > ~/.config/fish/completions/dbg.fish
#
# All that it knows of dbg's command line and of the engine comes from `dbg __complete`, at each
# Tab. That is data: nothing of it is evaluated, and each word is quoted as it is inserted.
# `timeout`: an engine that hangs does not hang the shell.
function __dbg_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    set -l reply (command timeout 2 dbg __complete -- $typed[2..-1] "$current" 2>/dev/null </dev/null)
    or return
    switch "$reply[1]"
        case 'command *'
            set -l from (math (string replace 'command ' '' -- $reply[1]) + 2)
            # It is completed as a line of its own. What was typed is quoted, so that none of it is
            # anything but a word.
            if test $from -le (count $typed)
                complete -C (string join ' ' -- (string escape -- $typed[$from..-1]) "$current")
            else
                complete -C "$current"
            end
        case files
            complete -C "__dbg_no_such_command $current"
        case words
            printf '%s\n' $reply[2..-1]
    end
end
complete -c dbg -f -a '(__dbg_complete)'
