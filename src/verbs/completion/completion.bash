# bash completion for dbg; put it in ~/.bashrc:  source <(dbg completion bash)
#
# At each Tab, `dbg __complete` tells all that this script knows of dbg's command line and of the
# engine. Its answer is data: nothing of it is evaluated, and each word is quoted before it is
# inserted. `timeout` keeps an engine that hangs from hanging the shell.
#
# bash-completion is not needed. Where it is installed, the tool's own arguments complete too.
_dbg() {
  local cur=$2 i gap word rest=${COMP_LINE:0:COMP_POINT} reply line kind value plain quoted
  local -a words=() at=()
  # bash also splits words at ":" and "=". Words with no blank between them are joined again.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    gap=${rest%%[![:space:]]*} rest=${rest#"${rest%%[![:space:]]*}"}
    word=${COMP_WORDS[i]}
    ((i == COMP_CWORD)) && word=$rest
    rest=${rest#"$word"}
    if [[ -n $gap || $i == 0 ]]; then
      words+=("$word") at+=("$i")
    else
      words[${#words[@]} - 1]+=$word
    fi
  done
  cur=${words[${#words[@]} - 1]}

  COMPREPLY=()
  reply=$(command timeout 2 dbg __complete -- "${words[@]:1}" 2>/dev/null </dev/null) || return
  kind=${reply%%$'\n'*}
  case $kind in
    "command "*)
      i=$((${kind#command } + 1))
      if ((i < ${#words[@]} - 1)) && declare -F _command_offset >/dev/null; then
        _command_offset "${at[i]}"
      elif ((i == ${#words[@]} - 1)) && [[ $cur != */* ]]; then
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -c -- "$cur" | sort -u)
      else
        compopt -o bashdefault -o default
      fi
      ;;
    files) compopt -o bashdefault -o default ;;
    words)
      # bash takes the text after the last ":" or "=" for a word of its own. The text before is on
      # the command line already, so it is cut off.
      plain=${cur##*["${COMP_WORDBREAKS//[^:=]/}"]}
      plain=${cur%"$plain"}
      while IFS= read -r line; do
        value=${line%%$'\t'*}
        printf -v quoted %q "$value"
        case $cur in
          # In open quotes, only words that need no quoting are offered.
          [\"\']*) [[ $quoted == "$value" && $value == "${cur:1}"* ]] && COMPREPLY+=("$value") ;;
          *) [[ $quoted == "$cur"* ]] && COMPREPLY+=("${quoted#"$plain"}") ;;
        esac
      done <<<"${reply#*$'\n'}"
      ;;
  esac
}
complete -F _dbg dbg
