# The person's own file, then a prompt that names the container and the host; see ../bashrc.
if [[ -n "$__dbg_theirs_folder" ]]; then ZDOTDIR=$__dbg_theirs_folder; else unset ZDOTDIR; fi
unset __dbg_folder __dbg_theirs_folder
if [[ -r "${ZDOTDIR:-$HOME}/.zshrc" ]]; then . "${ZDOTDIR:-$HOME}/.zshrc"; fi

__dbg_prompt() {
  local color=green note= line stat=
  if [[ "$DBG_NETWORK" = host ]]; then color=red note=' HOST NETWORK'; fi
  { while IFS= read -r line; do stat=$line; done <"/proc/$DBG_PID/stat" } 2>/dev/null
  if [[ "${${(s: :)stat##*\) }[20]}" != "$DBG_START" ]]; then color=red note=' GONE'; fi
  local name="[$DBG_CONTAINER@$DBG_HOST$note]"
  if [[ -z "$NO_COLOR" ]]; then name="%F{$color}$name%f"; fi
  if [[ "$PROMPT" != "$__dbg_ours" ]]; then __dbg_theirs=$PROMPT; fi
  PROMPT="$name $__dbg_theirs"
  __dbg_ours=$PROMPT
}
autoload -Uz add-zsh-hook && add-zsh-hook precmd __dbg_prompt
