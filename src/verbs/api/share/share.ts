import { fileOption } from '../../../cli/arguments/verb-argument.ts';
import { constants } from 'node:os';
import { gate } from '../../../api/gate/gate.ts';
import { peerFinder } from '../../../api/wire/client-process.ts';
import { shareGuard } from '../../../api/gate/share/share-guard.ts';
import type { Policy } from '../../../api/gate/share/share-policy.ts';
import { listen, listenText } from '../../../api/wire/listener.ts';
import type { Context } from '../../../context.ts';
import { addressText } from '../../../engine/address.ts';
import { duration, escapeControls } from '../../../text.ts';
import { Verb } from '../../../cli/verb.ts';
import { repeatable } from '../../../cli/arguments/repeatable.ts';
import { openAudit } from './audit-file.ts';
import { engineSockets } from '../../../jobs/engine-stand-in/engine-sockets.ts';
import { lastsOf, loginOf, placeOf, policyOf, tlsOf, type ShareOptions } from './share-options.ts';
import { howToUse, warnings } from './share-text.ts';

export function shareCommand(ctx: Context): Verb {
  return new Verb('share')
    .runsWhere('here')
    .summary('let a colleague use the engine for a while')
    .description(
      'Let a colleague use the engine through dbg, for a while: a call that is not allowed is answered with 403, and every call is written to an audit log.',
    )
    .usage('--for TIME [OPTIONS]')
    .option('--for <time>', 'how long, at most 24h; then connections are cut, and dbg ends')
    .option('--listen <where>', 'tcp:ADDRESS:PORT; port 0: any', 'tcp:127.0.0.1:2375')
    .option(
      '--allow <rule>',
      'allow METHOD PATH or an operation, such as "GET /containers/**"; with "with power" after it, also what makes the caller root on this host; repeatable',
      repeatable,
    )
    .option('--deny <rule>', 'deny METHOD PATH or an operation; wins over --allow; repeatable', repeatable)
    .option('--read-only', 'allow only calls that change nothing, neither on this host nor elsewhere')
    .addOption(
      fileOption('--policy <file>', 'rules from a file, as dbg api policy prints them; repeatable').argParser(
        repeatable,
      ),
    )
    .option('--user <name>', 'ask for this name, and a password that dbg makes')
    .addOption(fileOption('--password-file <file>', 'with --user: the password is in this file (0600)'))
    .addOption(fileOption('--tlscert <file>', "TLS: the server's certificate"))
    .addOption(fileOption('--tlskey <file>', "TLS: the server's private key"))
    .addOption(fileOption('--tlscacert <file>', 'ask for client certificates that this CA has signed'))
    .addOption(
      fileOption('--audit <file>', 'append the audit log to this file (default: a new file in $XDG_STATE_HOME/dbg)'),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  dbg api share --for 10m --read-only\n  dbg api share --for 1h --policy deploy.policy --user ann\n  dbg api share --for 1h --read-only --listen tcp:192.0.2.7:2376 --tlscert cert.pem --tlskey key.pem --tlscacert ca.pem',
    )
    .runs(async (options: ShareOptions) => share(ctx, options));
}

async function share(ctx: Context, options: ShareOptions): Promise<number> {
  const lasts = lastsOf(options);
  const policy = policyOf(ctx, options);
  const place = placeOf(ctx, options);
  const tls = tlsOf(ctx, options);
  const who = loginOf(ctx, options);
  const { address } = await ctx.engine();
  const sockets = await engineSockets(ctx, address);
  const { connect } = sockets;
  const audit = await openAudit(ctx, options.audit).catch(async (error: unknown) => {
    await sockets.close();
    throw error;
  });
  try {
    const listening = await listen(place, tls);
    const over = ending(ctx, lasts);
    const { judgeOf, onEvent, end } = shareGuard({ policy, login: who, audit, clock: ctx.clock, failed: over.fail });
    try {
      audit.write({
        event: 'open',
        time: now(ctx),
        listen: listenText(listening.at),
        for: lasts,
        rules: policyLines(policy),
      });
      gate(listening.server, { connect, onEvent, judgeOf, clock: ctx.clock, peerOf: peerFinder(ctx.host).of });
      const secured = {
        tls: tls !== undefined,
        certificates: options.tlscacert !== undefined,
        login: who,
        passwordFile: options.passwordFile,
      };
      const until = new Date(ctx.now() + lasts).toTimeString().slice(0, 5);
      const lines = [
        ...warnings(policy, place, secured).map((warning) => `warning: ${warning}`),
        `every call is written to ${audit.path}`,
        `open for ${duration(lasts)}, until ${until}: ${listenText(listening.at)} leads to ${addressText(address)}; for the colleague:`,
        ...howToUse(listening.at, secured).map((line) => `  ${line}`),
      ];
      ctx.stderr.write(lines.map((line) => `${escapeControls(line)}\n`).join(''));
      return await over.code;
    } finally {
      over.stop();
      await listening.close(0);
      end();
      audit.write({ event: 'close', time: now(ctx) });
    }
  } finally {
    audit.close();
    await sockets.close();
  }
}

const now = (ctx: Context) => new Date(ctx.clock()).toISOString();

const policyLines = ({ rules, readOnly }: Policy) => [
  ...(readOnly ? ['read-only'] : []),
  ...rules.map(({ effect, text }) => `${effect} ${text}`),
];

/** Waits until the time is over, a signal comes, or something fails: a failure is thrown. */
function ending(
  ctx: Context,
  lasts: number,
): { readonly code: Promise<number>; fail(error: Error): void; stop(): void } {
  const { first, stop } = ctx.host.signalled();
  let fail: (error: Error) => void = () => undefined;
  let timer: NodeJS.Timeout | undefined;
  const code = new Promise<number>((done, failed) => {
    fail = failed;
    timer = setTimeout(() => done(0), lasts);
    void first.then((signal) => done(signal === 'SIGINT' ? 0 : 128 + constants.signals[signal]));
  });
  return {
    code,
    fail,
    stop: () => {
      clearTimeout(timer);
      stop();
    },
  };
}
