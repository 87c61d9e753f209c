# zsh reads its files from here in `dbg shell` ($ZDOTDIR); each hands over to the person's own. Theirs may name another folder.
__dbg_folder=$ZDOTDIR
if [[ -n "${DBG_ZDOTDIR-}" ]]; then ZDOTDIR=$DBG_ZDOTDIR; else unset ZDOTDIR; fi
unset DBG_ZDOTDIR
if [[ -r "${ZDOTDIR:-$HOME}/.zshenv" ]]; then . "${ZDOTDIR:-$HOME}/.zshenv"; fi
__dbg_theirs_folder=${ZDOTDIR-}
ZDOTDIR=$__dbg_folder
