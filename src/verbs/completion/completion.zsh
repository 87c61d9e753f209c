#compdef dbg
# zsh completion for dbg. Either put it as the file _dbg into a folder of $fpath, or add to
# ~/.zshrc, after compinit:  source <(dbg completion zsh)
#
# At each Tab, `dbg __complete` tells all that this script knows of dbg's command line and of the
# engine. Its answer is data: nothing of it is evaluated, and each word is quoted before it is
# inserted. `timeout` keeps an engine that hangs from hanging the shell.
_dbg() {
  local reply kind line about
  local -a typed values shown
  typed=("${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}")
  reply=$(command timeout 2 dbg __complete -- "${(@)typed}" 2>/dev/null </dev/null) || return 1
  kind=${reply%%$'\n'*}
  case $kind in
    "command "*)
      local from=$((${kind#command } + 2))
      words=("${(@)words[from,-1]}")
      ((CURRENT -= from - 1))
      _normal
      ;;
    files)
      compset -P '--*='
      _files
      ;;
    words)
      for line in "${(@f)${reply#*$'\n'}}"; do
        about=${line#*$'\t'}
        values+=("${line%%$'\t'*}")
        shown+=("${line%%$'\t'*}${about:+  -- $about}")
      done
      compadd -l -d shown -a values
      ;;
    *) return 1 ;;
  esac
}
if [[ ${funcstack[1]} == _dbg ]]; then
  _dbg "$@"
else
  compdef _dbg dbg
fi
