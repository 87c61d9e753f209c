// What a shell runs at each Tab. All that is known of the engine comes from `dbg __complete` (completion-answer.ts), and
// is data here: nothing is evaluated, each word is quoted as it is inserted. `timeout`: an engine that hangs does not
// hang the shell. The bash script needs no bash-completion; with it, the tool's own arguments complete too.

const BASH = `# bash completion for dbg; put it in ~/.bashrc:  source <(dbg completion bash)
_dbg() {
  local cur=$2 i gap word rest=\${COMP_LINE:0:COMP_POINT} reply line kind value plain quoted
  local -a words=() at=()
  # bash splits words at ":" and "=" too: those with no blank between them are one.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    gap=\${rest%%[![:space:]]*} rest=\${rest#"\${rest%%[![:space:]]*}"}
    word=\${COMP_WORDS[i]}
    ((i == COMP_CWORD)) && word=$rest
    rest=\${rest#"$word"}
    if [[ -n $gap || $i == 0 ]]; then
      words+=("$word") at+=("$i")
    else
      words[\${#words[@]} - 1]+=$word
    fi
  done
  cur=\${words[\${#words[@]} - 1]}

  COMPREPLY=()
  reply=$(command timeout 2 dbg __complete -- "\${words[@]:1}" 2>/dev/null </dev/null) || return
  kind=\${reply%%$'\\n'*}
  case $kind in
    "command "*)
      i=$((\${kind#command } + 1))
      if ((i < \${#words[@]} - 1)) && declare -F _command_offset >/dev/null; then
        _command_offset "\${at[i]}"
      elif ((i == \${#words[@]} - 1)) && [[ $cur != */* ]]; then
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -c -- "$cur" | sort -u)
      else
        compopt -o bashdefault -o default
      fi
      ;;
    files) compopt -o bashdefault -o default ;;
    words)
      # What stands before the last ":" or "=" is on the line already, for bash another word.
      plain=\${cur##*["\${COMP_WORDBREAKS//[^:=]/}"]}
      plain=\${cur%"$plain"}
      while IFS= read -r line; do
        value=\${line%%$'\\t'*}
        printf -v quoted %q "$value"
        case $cur in
          # In open quotes: only what is the same inside them.
          [\\"\\']*) [[ $quoted == "$value" && $value == "\${cur:1}"* ]] && COMPREPLY+=("$value") ;;
          *) [[ $quoted == "$cur"* ]] && COMPREPLY+=("\${quoted#"$plain"}") ;;
        esac
      done <<<"\${reply#*$'\\n'}"
      ;;
  esac
}
complete -F _dbg dbg
`;

const ZSH = `#compdef dbg
# zsh completion for dbg; either a file _dbg in a folder of $fpath, or in ~/.zshrc after compinit:  source <(dbg completion zsh)
_dbg() {
  local reply kind line about
  local -a typed values shown
  typed=("\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}")
  reply=$(command timeout 2 dbg __complete -- "\${(@)typed}" 2>/dev/null </dev/null) || return 1
  kind=\${reply%%$'\\n'*}
  case $kind in
    "command "*)
      local from=$((\${kind#command } + 2))
      words=("\${(@)words[from,-1]}")
      ((CURRENT -= from - 1))
      _normal
      ;;
    files)
      compset -P '--*='
      _files
      ;;
    words)
      for line in "\${(@f)\${reply#*$'\\n'}}"; do
        about=\${line#*$'\\t'}
        values+=("\${line%%$'\\t'*}")
        shown+=("\${line%%$'\\t'*}\${about:+  -- $about}")
      done
      compadd -l -d shown -a values
      ;;
    *) return 1 ;;
  esac
}
if [[ \${funcstack[1]} == _dbg ]]; then
  _dbg "$@"
else
  compdef _dbg dbg
fi
`;

const FISH = `# fish completion for dbg; in a file:  dbg completion fish > ~/.config/fish/completions/dbg.fish
function __dbg_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    set -l reply (command timeout 2 dbg __complete -- $typed[2..-1] "$current" 2>/dev/null </dev/null)
    or return
    switch "$reply[1]"
        case 'command *'
            set -l from (math (string replace 'command ' '' -- $reply[1]) + 2)
            # Completed as a line of its own; what was typed is quoted, so that none of it is anything but a word.
            if test $from -le (count $typed)
                complete -C (string join ' ' -- (string escape -- $typed[$from..-1]) "$current")
            else
                complete -C "$current"
            end
        case files
            complete -C "__dbg_no_such_command $current"
        case words
            printf '%s\\n' $reply[2..-1]
    end
end
complete -c dbg -f -a '(__dbg_complete)'
`;

/** The script of each shell, as `dbg completion` prints it. */
export const SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH } as const;
