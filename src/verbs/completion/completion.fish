# fish completion for dbg; put it in a file:
#   dbg completion fish > ~/.config/fish/completions/dbg.fish
#
# At each Tab, `dbg __complete` tells all that this script knows of dbg's command line and of the
# engine. Its answer is data: nothing of it is evaluated, and each word is quoted before it is
# inserted. `timeout` keeps an engine that hangs from hanging the shell.
function __dbg_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    set -l reply (command timeout 2 dbg __complete -- $typed[2..-1] "$current" 2>/dev/null </dev/null)
    or return
    switch "$reply[1]"
        case 'command *'
            set -l from (math (string replace 'command ' '' -- $reply[1]) + 2)
            # The tool's words are completed as a line of their own. Each word that was typed is
            # quoted, so that fish takes it for one word and nothing else.
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
