# zsh reads its files from here in `dbg shell` ($ZDOTDIR); each hands over to the person's own.
if [[ -r "${DBG_ZDOTDIR:-$HOME}/.zshenv" ]]; then . "${DBG_ZDOTDIR:-$HOME}/.zshenv"; fi
