# zsh reads this file in `dbg shell`. At its end it reads the person's own .zshrc, and sets up a
# prompt that names the container and the host, as ../bashrc does for bash.

# Whether the container's process is still the one that was entered: compares its start time.
__dbg_started() {
  emulate -L zsh
  local line stat=
  { while IFS= read -r line; do stat=$line; done <"/proc/$DBG_PID/stat" } 2>/dev/null
  [[ "${${(s: :)stat##*\) }[20]}" = "$DBG_START" ]]
}

__dbg_prompt() {
  # prompt_percent is read before `emulate` changes it: without that option, zsh would print `%F` as
  # text. `emulate -L` sets zsh's own options for this function alone, such as against the person's
  # nounset and ksh_arrays.
  local __dbg_color=
  if [[ -o prompt_percent && -z "${NO_COLOR-}" ]]; then __dbg_color=1; fi
  emulate -L zsh
  local name="[$DBG_CONTAINER@$DBG_HOST" alive gone now theirs
  alive="$name]" gone="$name GONE]"
  if [[ "$DBG_NETWORK" = host ]]; then alive="$name HOST NETWORK]"; fi
  if [[ -n "$__dbg_color" ]]; then
    if [[ "$DBG_NETWORK" = host ]]; then alive="%F{red}$alive%f"; else alive="%F{green}$alive%f"; fi
    gone="%F{red}$gone%f"
  fi
  now=$alive
  if ! __dbg_started; then now=$gone; fi
  if [[ ${(t)PROMPT} = *readonly* ]]; then
    print -rP -- "$now" >&2
  else
    # The person's functions may save PROMPT and set it again later, so either of our two names may
    # be in it.
    theirs=${PROMPT//"$alive "/}
    PROMPT="$now ${theirs//"$gone "/}"
  fi
  # Our function stays the last one, after functions that were added later and set PROMPT.
  if [[ "$precmd_functions[-1]" != __dbg_prompt ]]; then precmd_functions=(${precmd_functions:#__dbg_prompt} __dbg_prompt); fi
}

if [[ -n "${__dbg_theirs_folder-}" ]]; then ZDOTDIR=$__dbg_theirs_folder; else unset ZDOTDIR; fi
unset __dbg_folder __dbg_theirs_folder
if [[ -r "${ZDOTDIR:-$HOME}/.zshrc" ]]; then . "${ZDOTDIR:-$HOME}/.zshrc"; fi
typeset -ga precmd_functions
precmd_functions+=(__dbg_prompt)
