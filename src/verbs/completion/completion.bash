# bash completion for dbg; put it in ~/.bashrc:  source <(dbg completion bash)
#
# All that it knows of dbg's command line and of the engine comes from `dbg __complete`, at each
# Tab. That is data: nothing of it is evaluated, and each word is quoted as it is inserted.
# `timeout`: an engine that hangs does not hang the shell.
#
# It needs no bash-completion. With it, the tool's own arguments complete too.
_dbg() {
  local cur=$2 i gap word rest=${COMP_LINE:0:COMP_POINT} reply line kind value plain quoted
  local -a words=() at=()
  # bash splits words at ":" and "=" too: those with no blank between them are one.
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
      # What stands before the last ":" or "=" is on the line already, for bash another word.
      plain=${cur##*["${COMP_WORDBREAKS//[^:=]/}"]}
      plain=${cur%"$plain"}
      while IFS= read -r line; do
        value=${line%%$'\t'*}
        printf -v quoted %q "$value"
        case $cur in
          # In open quotes: only what is the same inside them.
          [\"\']*) [[ $quoted == "$value" && $value == "${cur:1}"* ]] && COMPREPLY+=("$value") ;;
          *) [[ $quoted == "$cur"* ]] && COMPREPLY+=("${quoted#"$plain"}") ;;
        esac
      done <<<"${reply#*$'\n'}"
      ;;
  esac
}
complete -F _dbg dbg
