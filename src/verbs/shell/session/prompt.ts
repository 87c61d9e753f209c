import { basename, join } from 'node:path';
import type { Target } from '../../../enter/target.ts';

export interface PromptFacts {
  readonly target: Target;
  /** the host's own name; in the shell, `hostname` gives the container's */
  readonly hostName: string;
  readonly isHostNetwork: boolean;
  /** where the files of this folder are installed */
  readonly folder: string;
  /** the person's own $ZDOTDIR */
  readonly zdotdir: string | undefined;
  /** the person's home, not root's, to which sudo sets $HOME */
  readonly home: string;
}

/**
 * The argv and variables that start a shell whose prompt names the container and the host. The
 * person's own rc files still apply.
 */
export function withPrompt(shell: string, facts: PromptFacts): { argv: string[]; env: Record<string, string> } {
  const { target, hostName, isHostNetwork, folder, zdotdir, home } = facts;
  const name = plain(target.container.name);
  const env = {
    DBG_CONTAINER: name,
    DBG_HOST: plain(hostName),
    DBG_PID: String(target.pid),
    DBG_START: target.startTime,
    DBG_NETWORK: isHostNetwork ? 'host' : 'own',
  };
  switch (basename(shell)) {
    case 'bash':
      return { argv: [shell, '--rcfile', join(folder, 'bashrc')], env: { ...env, DBG_HOME: home } };
    case 'zsh':
      return {
        argv: [shell],
        env: { ...env, ZDOTDIR: join(folder, 'zsh'), ...(zdotdir ? { DBG_ZDOTDIR: zdotdir } : {}) },
      };
    case 'fish':
      return {
        argv: [shell, '--init-command', `source '${join(folder, 'prompt.fish').replace(/['\\]/g, '\\$&')}'`],
        env,
      };
    default:
      return { argv: [shell], env: { ...env, PS1: `[${name}@${plain(hostName)}] $ ` } };
  }
}

/** Replaces characters that shells may expand in a prompt: `$`, backquotes, `%` and backslashes. */
function plain(text: string): string {
  return text.replace(/[^\w.:@-]/g, '?');
}
