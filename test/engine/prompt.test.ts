import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect } from 'vitest';
import { withPrompt } from '../../src/verbs/shell/session/prompt.ts';
import { container } from '../unit/fakes.ts';
import { onTerminal } from './support/dbg.ts';
import { test } from './support/lab.ts';

/**
 * A person's rc file as people have them, and what their own prompt shows after `true` and after
 * `false`.
 */
interface Kind {
  readonly rc: string;
  readonly works: string;
  readonly fails: string;
}

/** What git-prompt.sh does with two arguments: it sets PS1 each time. */
const GIT_PS1 = `__git_ps1() { local exit=$?; PS1="$1 (main)$2"; return $exit; }`;

const BASH: Readonly<Record<string, Kind>> = {
  'PROMPT_COMMAND ends in `;`': {
    rc: `PS1='$? mine> '; PROMPT_COMMAND='history -a; '`,
    works: '0 mine>',
    fails: '1 mine>',
  },
  'PROMPT_COMMAND is an array, a comment at its end': {
    rc: `PROMPT_COMMAND=('N=$((N + 1))' 'PS1="$? $N mine> " # anew')`,
    works: '0 1 mine>',
    fails: '1 2 mine>',
  },
  'a comment at its end, history tricks': {
    rc: `PS1='$? $N mine> '; PROMPT_COMMAND='N=$?; history -a; history -c; history -r # share it'`,
    works: '0 0 mine>',
    fails: '1 1 mine>',
  },
  'a function sets PS1 from $? and PIPESTATUS': {
    rc: `PROMPT_COMMAND=ps; ps() { local code=$? all="\${PIPESTATUS[*]}"; PS1="$code <$all> mine> "; }`,
    works: '0 <0> mine>',
    fails: '1 <1> mine>',
  },
  'set -u, an unset variable, no NO_COLOR': {
    rc: `unset NO_COLOR; set -u; PS1='$? mine> '; echo $nosuch\nPROMPT_COMMAND='history -a &'`,
    works: '0 mine>',
    fails: '1 mine>',
  },
  'git-prompt': {
    rc: `${GIT_PS1}\nPROMPT_COMMAND='__git_ps1 "$?;" " mine> ";'`,
    works: '0; (main) mine>',
    fails: '1; (main) mine>',
  },
  // As starship's init: what is typed starts a timer, by DEBUG, and a command of ours would start
  // it too.
  starship: {
    rc: `
preexec() { local last=$1; if [ "$READY" = true ]; then READY=false; TYPED=$BASH_COMMAND; fi; : "$last"; }
precmd() { CODE=$?; PS1="$CODE $TYPED mine> "; READY=true; }
trap 'preexec "$_"' DEBUG
PROMPT_COMMAND=precmd`,
    works: '0  mine>',
    fails: '1 false mine>',
  },
  'a DEBUG trap that shows what runs': {
    rc: `PS1='$? $LAST mine> '; PROMPT_COMMAND='history -a'; trap 'LAST=\${BASH_COMMAND%% *}' DEBUG`,
    works: '0 history mine>',
    fails: '1 history mine>',
  },
  // It moves its own commands out of PROMPT_COMMAND at the first prompt.
  'bash-preexec': {
    rc: `
__install=$'trap - DEBUG\\n__bp_install'
__bp_install() {
  PROMPT_COMMAND=$'precmd\\n'\${PROMPT_COMMAND//$__install/:}; PROMPT_COMMAND+=(interactive)
  trap preexec DEBUG; precmd
}
precmd() { CODE=$?; N=$((N + 1)); }
interactive() { :; }
preexec() { :; }
PS1='$CODE $N mine> '
PROMPT_COMMAND=$__install`,
    works: '0 1 mine>',
    fails: '1 2 mine>',
  },
  'readonly PROMPT_COMMAND': {
    rc: `PS1='$? mine> '; readonly PROMPT_COMMAND='history -a'`,
    works: '0 mine>',
    fails: '1 mine>',
  },
  'readonly PROMPT_COMMAND that sets PS1': {
    rc: `${GIT_PS1}\nreadonly PROMPT_COMMAND='history -a; __git_ps1 "$?" " mine> "; '`,
    works: '0 (main) mine>',
    fails: '0 (main) mine>',
  },
  'PROMPT_COMMAND with a syntax error': {
    rc: `PS1='$? mine> '; PROMPT_COMMAND='history -a; if; fi'`,
    works: '0 mine>',
    fails: '1 mine>',
  },
  'PROMPT_COMMAND sets PS1, and a quote in it is not closed': {
    rc: `PS1='$? mine> '; PROMPT_COMMAND=$'N=$?\nPS1="$N mine> "\n: "not closed'`,
    works: '0 mine>',
    fails: '1 mine>',
  },
  'readonly PS1': { rc: `readonly PS1='$? mine> '`, works: '0 mine>', fails: '1 mine>' },
  'aliases of what ours uses, readonly names, export': {
    rc: `alias local='echo no' set='echo no' printf='echo no'; readonly code=7 name=x line=y stat=z; set -a; PS1='$? mine> '`,
    works: '0 mine>',
    fails: '1 mine>',
  },
};

const ZSH: Readonly<Record<string, Kind>> = {
  "oh-my-zsh's precmd, prompt_subst": {
    rc: `
setopt prompt_subst; autoload -Uz add-zsh-hook; git_prompt_info() { echo '(main)' }
count() { N=$((N + 1)) }; add-zsh-hook precmd count
PROMPT='%? $N $(git_prompt_info) mine> '`,
    works: '0 1 (main) mine>',
    fails: '1 2 (main) mine>',
  },
  'nounset, ksh_arrays, err_return': {
    rc: `unset NO_COLOR; setopt nounset ksh_arrays warn_create_global; PROMPT='%? mine> '; alias -g local=oops`,
    works: '0 mine>',
    fails: '1 mine>',
  },
  'precmd sets PROMPT': {
    rc: `precmd() { PROMPT="$? mine> " }`,
    works: '0 mine>',
    fails: '1 mine>',
  },
  'without percent': {
    rc: `setopt no_prompt_percent; PROMPT='100%F mine> '`,
    works: '100%F mine>',
    fails: '100%F mine>',
  },
  readonly: { rc: `typeset -r PROMPT='%? mine> '`, works: '0 mine>', fails: '1 mine>' },
};

const FISH: Readonly<Record<string, Kind>> = {
  'status and pipestatus': {
    rc: `function fish_prompt; set -l all $status $pipestatus; echo -n "$all mine> "; end; alias cat 'echo no'`,
    works: '0 0 mine>',
    fails: '1 1 mine>',
  },
  // tide's file, which is read when fish_prompt is first called, defines that function anew.
  tide: {
    rc: `
function fish_prompt; end
eval 'function fish_prompt
    _code=$status _all=$pipestatus count >/dev/null
    set -q N; or set -g N 0
    set -g N (math $N + 1)
    echo; echo -n "$N mine> "
end'`,
    works: '1 mine>',
    fails: '2 mine>',
  },
};

const SHELLS = [
  { shell: 'bash', file: '.bashrc', kinds: BASH, gone: 'DBG_START=0' },
  { shell: 'zsh', file: '.zshrc', kinds: ZSH, gone: 'DBG_START=0' },
  { shell: 'fish', file: '.config/fish/config.fish', kinds: FISH, gone: 'set DBG_START 0' },
];

describe.each(SHELLS)('$shell', ({ shell, file, kinds, gone }) => {
  test.for(Object.entries(kinds))(
    '%s: the notes show, and nothing of theirs is lost',
    async ([name, kind], { lab }) => {
      const { rc, works, fails } = kind;
      const at = name === 'tide' ? '.config/fish/functions/fish_prompt.fish' : file;
      mkdirSync(dirname(join(lab.folder, at)), { recursive: true });
      mkdirSync(join(lab.folder, '.local/share/fish/generated_completions'), { recursive: true });
      writeFileSync(join(lab.folder, at), `${rc}\n`);
      const { argv, env } = withPrompt(shell, {
        target: { container: container({ name: 'web' }), pid: process.pid, startTime: startTime() },
        hostName: 'h',
        isHostNetwork: true,
        folder: join(import.meta.dirname, '../../src/verbs/shell/session'),
        zdotdir: undefined,
        home: lab.folder,
      });
      const terminal = onTerminal(argv, { NO_COLOR: '', HISTFILE: join(lab.folder, 'h'), ...env, HOME: lab.folder });
      const shown = (note: string, theirs: string) => new RegExp(`\\[web@h ${note}\\]\\s+${literally(theirs)}`);
      await terminal.sees(shown('HOST NETWORK', works));
      terminal.type('false\r');
      await terminal.sees(shown('HOST NETWORK', fails));
      terminal.type(`${gone}\r`);
      await terminal.sees(/\[web@h GONE\]\s+[^\n]*mine>/);
      terminal.type('exit 3\r');
      expect(await terminal.ended).toBe(3);
      // What bash says of an error of theirs, it would say without dbg.
      expect(terminal.screen().replace(/^.*bash: PROMPT_COMMAND: .*$/gm, '')).not.toMatch(
        /__dbg|command not found|echo no|syntax error|read-?only/i,
      );
    },
  );
});

const startTime = () => readFileSync('/proc/self/stat', 'utf8').split(') ')[1]!.split(' ')[19]!;
const literally = (text: string) => text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
