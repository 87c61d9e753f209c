import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { spawn as spawnPty } from '@lydell/node-pty';
import { DBG, sleep } from './dbg.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** How a person's start-up file teaches each shell dbg's completion, and a tool's own one. */
const SETUP: Readonly<Record<Shell, string>> = {
  bash: `[ -n "$PLAIN" ] || . /usr/share/bash-completion/bash_completion
    source <(dbg completion bash)
    complete -W only-argument own-tool
    bind 'set bell-style none'; bind 'set enable-bracketed-paste off'; PS1='% '`,
  zsh: `autoload -Uz compinit; compinit -u -D; source <(dbg completion zsh)
    _own_tool() { compadd only-argument }; compdef _own_tool own-tool
    unsetopt beep; PS1='%% '; zle_highlight=(none); unset zle_bracketed_paste`,
  fish: `dbg completion fish | source; complete -c own-tool -f -a only-argument
    function fish_prompt; echo '% '; end; function fish_greeting; end; set -g fish_autosuggestion_enabled 0`,
};

/** Instead of running dbg, the completed line notes its words, each in angle brackets: what dbg would have been given. */
const NOTE_WORDS: Readonly<Record<Shell, string>> = {
  bash: `dbg() { printf '<%s>' "$@" >~/words; echo . >>~/words; }`,
  zsh: `dbg() { printf '<%s>' "$@" >~/words; echo . >>~/words; }`,
  fish: `function dbg; printf '<%s>' $argv >~/words; echo . >>~/words; end`,
};

export interface LiveShell {
  /** types, Tab included as \t, and gives what the screen then shows once it has shown `until` */
  type(keys: string, until: string | RegExp): Promise<string>;
  /** completes a line with Tab, runs it, and gives the words that dbg would have been given */
  completed(line: string): Promise<string>;
}

/** Starts a real shell in a real pty, with dbg and a program `own-tool` on its PATH. `folder` is its home, and where it is. */
export async function shellOnTerminal(
  shell: Shell,
  { folder, env = {} }: { folder: string; env?: Record<string, string> },
): Promise<LiveShell & { end(): void }> {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(resolve(DBG), join(bin, 'dbg'));
  writeFileSync(join(bin, 'own-tool'), '#!/bin/sh\n', { mode: 0o755 });
  const start = `${SETUP[shell]}\n${NOTE_WORDS[shell]}\necho rea''dy\n`;
  writeFileSync(join(folder, shell === 'zsh' ? '.zshrc' : 'rc'), start);
  const rc = join(folder, 'rc');
  const args = { bash: ['--noprofile', '--rcfile', rc, '-i'], zsh: ['-i'], fish: ['-N', '-i', '-C', `source ${rc}`] };
  const pty = spawnPty(shell, args[shell], {
    cols: 250,
    rows: 40,
    cwd: folder,
    env: {
      HOME: folder,
      ZDOTDIR: folder,
      TERM: 'xterm',
      LANG: 'C.UTF-8',
      PATH: `${bin}:${dirname(process.execPath)}:/usr/sbin:/usr/bin:/sbin:/bin`,
      ...env,
    },
  });
  let text = '';
  let seen = 0;
  pty.onData((data) => (text += data));
  const type = async (keys: string, until: string | RegExp): Promise<string> => {
    pty.write(keys);
    const deadline = Date.now() + 15_000;
    for (;;) {
      const rest = stripVTControlCharacters(text).slice(seen);
      const found = typeof until === 'string' ? rest.includes(until) : until.test(rest);
      if (found) {
        seen += rest.length;
        return rest;
      }
      if (Date.now() > deadline) throw new Error(`${shell} did not show ${String(until)}: ${JSON.stringify(rest)}`);
      await sleep(20);
    }
  };
  await type('', /ready/);
  return {
    type,
    completed: async (line) => {
      const words = join(folder, 'words');
      rmSync(words, { force: true });
      pty.write(`${line}\t\r`);
      for (const deadline = Date.now() + 15_000; Date.now() < deadline; await sleep(20)) {
        const noted = existsSync(words) ? readFileSync(words, 'utf8') : '';
        if (noted.endsWith('.\n')) return noted.slice(0, -2);
      }
      throw new Error(`${shell} did not run it: ${JSON.stringify(text.slice(-500))}`);
    },
    end: () => pty.kill('SIGKILL'),
  };
}
