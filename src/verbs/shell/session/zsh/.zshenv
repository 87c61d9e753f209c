# zsh reads this file first in `dbg shell`, because $ZDOTDIR is this folder. This file reads the
# person's own .zshenv, with the person's own ZDOTDIR. That .zshenv may name another folder, which
# is kept for .zshrc. Then ZDOTDIR is this folder again, so that zsh also reads the .zshrc here.
__dbg_folder=$ZDOTDIR
if [[ -n "${DBG_ZDOTDIR-}" ]]; then ZDOTDIR=$DBG_ZDOTDIR; else unset ZDOTDIR; fi
unset DBG_ZDOTDIR
if [[ -r "${ZDOTDIR:-$HOME}/.zshenv" ]]; then . "${ZDOTDIR:-$HOME}/.zshenv"; fi
__dbg_theirs_folder=${ZDOTDIR-}
ZDOTDIR=$__dbg_folder
