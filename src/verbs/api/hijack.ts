import { fileArgument } from '../../cli/arguments/verb-argument.ts';
import { isAbsolute, resolve } from 'node:path';
import { gate } from '../../api/gate/gate.ts';
import { peerFinder } from '../../api/wire/client-process.ts';
import type { Context } from '../../context.ts';
import { errorMessage } from '../../errors.ts';
import { escapeControls } from '../../text.ts';
import { Verb } from '../../cli/verb.ts';
import { addStandIn, commandBehind, serveBetween, type StandInOptions } from './serve-calls.ts';
import { shown } from './reveal-option.ts';
import { callPrinter } from './printing/call-printer.ts';

interface HijackOptions extends StandInOptions {
  readonly quiet?: boolean;
}

export function hijackCommand(ctx: Context): Verb {
  return addStandIn(
    new Verb('hijack')
      .runsWhere('here')
      .summary('answer, change, delay or break calls by rules')
      .description(
        "Stand in the engine's place and answer, patch, delay, fail or drop the calls that rules in a YAML file fit; all others go through as they are. The file is read again when it changes.",
      )
      .usage('[OPTIONS] RULES [-- COMMAND [ARG…]]')
      .addArgument(fileArgument('<rules>', 'the YAML file with the rules')),
  )
    .option('-q, --quiet', 'print neither which rule was used nor the calls')
    .addHelpText('after', HELP)
    .runs(async (rules: string, command: string[], options: HijackOptions) =>
      hijack(ctx, rules, commandBehind('RULES', command, 'hijack'), options),
    );
}

const HELP = `
A rule, the first that fits decides:
  - match: { method: GET, path: /containers/json, query: { all: "1" } }  # path without version; * and ** fit any
    answer: { json: [{ Id: abc, Names: [/shown], State: running }] }
  - match: { method: POST, path: /containers/create, body: { Image: busybox } }
    fail: { status: 500, message: not today }
    times: 1                        # this rule fits once, then the next ones
  - match: { path: "/containers/*/json" }
    patch: { State: { Status: dead } }
    delay: 2s
  - match: { path: "/images/**" }
    drop: { after: 64k }            # of the answer; without after: the engine hears nothing

Examples:
  dbg api hijack rules.yaml -- docker ps
  dbg api hijack --context broken rules.yaml`;

async function hijack(ctx: Context, path: string, command: readonly string[], options: HijackOptions): Promise<number> {
  const { rulesFile } = await import('../../api/gate/hijack/rules-file.ts');
  const say = (text: string) => void (options.quiet || ctx.stderr.write(`dbg: ${escapeControls(text)}\n`));
  const rules = rulesFile(
    isAbsolute(path) ? path : resolve(ctx.cwd(), path),
    (rule, call, what) => say(`rule ${rule}: ${call} ${what}`),
    (outcome) =>
      typeof outcome === 'number'
        ? say(`${path} was read again: ${outcome} rules`)
        : ctx.stderr.write(`dbg: ${escapeControls(errorMessage(outcome))}\n     the rules before stay in force\n`),
  );
  const peers = peerFinder(ctx.host);
  const screen = command.length > 0 ? ctx.stderr : ctx.stdout;
  try {
    const engine = await ctx.engine();
    const view = callPrinter(await screen.asFile(), {
      colour: screen.isTTY && !ctx.env['NO_COLOR'],
      clock: ctx.clock,
      filter: options.quiet ? () => false : undefined,
      peersSettled: peers.settled,
      askName: async (id) => (await engine.inspect(id))?.name,
    });
    const onEvent = shown({}, view.onEvent);
    return await serveBetween(ctx, command, options, {
      start: (server, connect) =>
        gate(server, { connect, onEvent, clock: ctx.clock, judgeOf: () => rules.judge, peerOf: peers.of }),
      end: async () => void (await view.end()),
    });
  } finally {
    rules.close();
  }
}
