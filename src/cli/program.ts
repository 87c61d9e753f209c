import { Command } from 'commander';
import { version } from '../../package.json';
import type { Context } from '../context.ts';
import { completeCommand, completionCommand } from './completion.ts';
import { execCommand } from './exec.ts';
import { limitsCommand } from './limits.ts';
import { nsCommand } from './ns.ts';
import { psCommand } from './ps.ts';
import { shellCommand } from './shell.ts';
import { tcpdumpCommand } from './tcpdump.ts';
import { vethCommand } from './veth.ts';

/** Takes the exit code of the verb that ran. */
export type Finish = (exitCode: number) => void;

const VERBS: Readonly<Record<string, (ctx: Context, finish: Finish) => Command>> = {
  shell: shellCommand,
  exec: execCommand,
  tcpdump: tcpdumpCommand,
  veth: vethCommand,
  ns: nsCommand,
  ps: psCommand,
  limits: limitsCommand,
  completion: completionCommand,
};

/**
 * The command line, for commander to read, to print help from, and to call the verb's action. Only the verb that was asked for
 * is built, when it is one: the others' options are 4 ms of every start.
 */
export function program(ctx: Context, finish: Finish): Command {
  const asked = ctx.args[0] ?? '';
  const verbs = Object.hasOwn(VERBS, asked) ? [VERBS[asked]!] : Object.values(VERBS);
  const dbg = new Command('dbg')
    .description("The Docker host's own tools inside a container's namespaces.")
    .version(`dbg ${version}`)
    .usage('VERB [OPTIONS] [CTR] …')
    // What follows CTR belongs to the tool: options are dbg's only before it.
    .enablePositionalOptions()
    .addHelpText('after', HELP);
  for (const verb of verbs) dbg.addCommand(verb(ctx, finish));
  if (asked === '__complete') dbg.addCommand(completeCommand(ctx, finish), { hidden: true });
  for (const command of [dbg, ...dbg.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => ctx.stdout.write(text),
      writeErr: (text) => ctx.stderr.write(text.replace(/^error: /, 'dbg: ')),
    });
  }
  return dbg;
}

const HELP = `
CTR is a container's name, its id, a beginning of either that fits no other, a Compose service
(web, shop/web, web.2), or :PORT that it publishes.

Exit codes: the tool's own, or 128+n when signal n ended it; dbg's own failures are 125,
126 for a program that cannot be run, 127 for one that is not there, 2 for wrong usage.`;
