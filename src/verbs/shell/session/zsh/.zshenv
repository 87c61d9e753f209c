# In `dbg shell`, zsh reads its files from this folder ($ZDOTDIR). Each hands over to the person's
# own file, which may name another folder.
__dbg_folder=$ZDOTDIR
if [[ -n "${DBG_ZDOTDIR-}" ]]; then ZDOTDIR=$DBG_ZDOTDIR; else unset ZDOTDIR; fi
unset DBG_ZDOTDIR
if [[ -r "${ZDOTDIR:-$HOME}/.zshenv" ]]; then . "${ZDOTDIR:-$HOME}/.zshenv"; fi
__dbg_theirs_folder=${ZDOTDIR-}
ZDOTDIR=$__dbg_folder
