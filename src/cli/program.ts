import { Command } from 'commander';
import { version } from '../../package.json';
import type { Context } from '../context.ts';
import { escapeLines } from '../text.ts';
import { addEngineOptions, engineWordsIn, type EngineWishRead } from './arguments/engine-options.ts';
import { Verb, withSubcommands } from './verb.ts';

/** Builds a verb's command. */
type BuildVerb = (ctx: Context) => Command;

// A start runs only those of dbg's modules that the verb needs: bin/build.js keeps them lazy in its
// one file.
const VERBS: Readonly<Record<string, () => Promise<BuildVerb>>> = {
  shell: async () => (await import('../verbs/shell/shell.ts')).shellCommand,
  exec: async () => (await import('../verbs/exec/exec.ts')).execCommand,
  cat: async () => (await import('../verbs/cat/cat.ts')).catCommand,
  tcpdump: async () => (await import('../verbs/tcpdump/tcpdump.ts')).tcpdumpCommand,
  strace: async () => (await import('../verbs/strace/strace.ts')).straceCommand,
  tcpflow: async () => (await import('../verbs/tcpflow/tcpflow.ts')).tcpflowCommand,
  forward: async () => (await import('../verbs/forward/forward-verb.ts')).forwardCommand,
  veth: async () => (await import('../verbs/veth/veth.ts')).vethCommand,
  ns: async () => (await import('../verbs/ns/ns.ts')).nsCommand,
  ps: async () => (await import('../verbs/ps/ps.ts')).psCommand,
  why: async () => (await import('../verbs/why/why.ts')).whyCommand,
  diff: async () => (await import('../verbs/diff/diff-verb.ts')).diffCommand,
  bundle: async () => (await import('../verbs/bundle/bundle-verb.ts')).bundleCommand,
  env: async () => (await import('../verbs/env/env.ts')).envCommand,
  top: async () => (await import('../verbs/top/top.ts')).topCommand,
  stats: async () => (await import('../verbs/top/stats.ts')).statsCommand,
  ui: async () => (await import('../verbs/ui/host-ui.ts')).hostUiCommand,
  limits: async () => (await import('../verbs/limits/limits.ts')).limitsCommand,
  context: async () => (await import('../verbs/context/context-verb.ts')).contextCommand,
  watch: async () => (await import('../verbs/watch/watch.ts')).watchCommand,
  logs: async () => (await import('../verbs/watch/logs-verb.ts')).logsCommand,
  events: async () => (await import('../verbs/watch/events.ts')).eventsCommand,
  doctor: async () => (await import('../verbs/doctor/doctor.ts')).doctorCommand,
  api: async () => (await import('../verbs/api/api.ts')).apiCommand,
  extcap: async () => (await import('../verbs/extcap/extcap.ts')).extcapCommand,
  plugin: async () => (await import('../verbs/plugin/plugin.ts')).pluginCommand,
  completion: async () => (await import('../verbs/completion/completion.ts')).completionCommand,
};

/**
 * The command line: commander reads it, prints help from it, and calls the verb's action. When the
 * first word is a verb, only that verb is built: the options of the others would take 4 ms of every
 * start.
 */
export async function program(ctx: Context, wish: EngineWishRead): Promise<Command> {
  const [first = '', , ...completed] = ctx.args;
  const second = completed[engineWordsIn(completed)] ?? '';
  const isCompleted = first === '__complete';
  // `dbg __complete -- VERB WORD…` completes a word of that verb.
  const asked = isCompleted && completed.length > engineWordsIn(completed) + 1 ? second : first;
  const verbs = Object.hasOwn(VERBS, asked) ? [VERBS[asked]!] : Object.values(VERBS);
  const dbg = new Command('dbg')
    .description("The Docker host's own tools inside a container's namespaces.")
    .version(`dbg ${version}`)
    .usage('VERB [OPTIONS] [CTR] …')
    // Options are dbg's only before CTR. What follows CTR belongs to the tool.
    .enablePositionalOptions()
    .addHelpText('after', HELP);
  addEngineOptions(dbg, wish, true);
  for (const build of await Promise.all(verbs.map((load) => load()))) dbg.addCommand(build(ctx));
  for (const verb of withSubcommands(dbg)) if (verb instanceof Verb) addEngineOptions(verb, wish, false);
  if (isCompleted) {
    dbg.addCommand((await import('../verbs/completion/completion.ts')).completeCommand(ctx), { hidden: true });
  }
  for (const command of withSubcommands(dbg)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => ctx.stdout.write(text),
      writeErr: (text) => ctx.stderr.write(escapeLines(text.replace(/^error: /, 'dbg: '))),
    });
  }
  return dbg;
}

const HELP = `
CTR is a container's name or id, the beginning of one if it fits only that one, a Compose service
(web, shop/web, web.2), or a port that it publishes (:8080).

Exit codes: the tool's own, or 128+n when signal n ended it; dbg's own failures are 125,
126 for a program that cannot be run, 127 for one that is not there, 2 for wrong usage.`;
