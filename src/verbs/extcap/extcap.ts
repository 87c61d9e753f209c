import { fileOption } from '../../cli/arguments/verb-argument.ts';
import { version } from '../../../package.json';
import {
  ANY,
  configText,
  containerOf,
  endFifo,
  interfacesText,
  intoFifo,
  linkTypesText,
} from '../../capture/extcap-protocol.ts';
import { tcpdumpArgv } from '../../capture/tcpdump-argv.ts';
import type { Context } from '../../context.ts';
import { findContainer } from '../../engine/find-container.ts';
import { DbgError, usageError } from '../../errors.ts';
import { requireProgram } from '../../host/run/programs.ts';
import { asWhoAsked } from '../../cli/as-who-asked.ts';
import { isEnterable } from '../../cli/arguments/chosen-container.ts';
import { enter } from '../../cli/enter.ts';
import { Verb } from '../../cli/verb.ts';
import { asRoot } from '../../cli/root.ts';
import { whoAsked } from '../../host/who-asked.ts';

interface ExtcapOptions {
  readonly extcapInterfaces?: boolean;
  readonly extcapInterface?: string;
  readonly extcapDlts?: boolean;
  readonly extcapConfig?: boolean;
  readonly extcapCaptureFilter?: string;
  readonly capture?: boolean;
  readonly fifo?: string;
  readonly interface: string;
}

export function extcapCommand(ctx: Context): Verb {
  return (
    new Verb('extcap')
      .runsWhere('here')
      .summary('for Wireshark, which calls it: containers in its list of interfaces')
      .description('Answer Wireshark, as a program in its extcap folder (docs/wireshark.md).')
      .option('--extcap-interfaces', 'list the running containers')
      .option('--extcap-interface <name>', 'the one that is meant: dbg-CTR')
      .option('--extcap-dlts', 'its link type')
      .option('--extcap-config', 'what can be set for it')
      .option('--extcap-capture-filter <filter>', 'a filter of tcpdump')
      .option('--capture', 'capture')
      .addOption(fileOption('--fifo <file>', 'where to'))
      .option('--interface <name>', "the container's interface", ANY)
      // A newer Wireshark may give more options.
      .allowUnknownOption()
      .allowExcessArguments()
      .runs(async (options: ExtcapOptions) => answer(ctx, options))
  );
}

async function answer(ctx: Context, options: ExtcapOptions): Promise<number> {
  const { extcapInterface = '', extcapCaptureFilter: filter = '', fifo } = options;
  if (options.capture && fifo !== undefined) {
    return captureInto(ctx, { value: extcapInterface, fifo, filter, device: options.interface });
  }
  if (options.extcapInterfaces) ctx.stdout.write(interfacesText(version, await running(ctx)));
  else if (options.extcapDlts) ctx.stdout.write(linkTypesText());
  else if (options.extcapConfig) ctx.stdout.write(configText());
  else if (options.extcapCaptureFilter === undefined) throw notForPeople();
  // To a request that only names a filter, dbg answers nothing: any word on stdout would count as a
  // complaint. tcpdump's own complaint comes when the capture starts.
  return 0;
}

/**
 * The running containers. Empty where there is no engine or dbg may not ask it: Wireshark asks at
 * each of its starts, and shows the reason to nobody.
 */
async function running(ctx: Context) {
  try {
    const engine = await ctx.engine();
    return (await engine.list()).filter(isEnterable).toSorted((a, b) => a.name.localeCompare(b.name));
  } catch {
    return [];
  }
}

interface Capture {
  readonly value: string;
  readonly fifo: string;
  readonly filter: string;
  readonly device: string;
}

/**
 * Captures until Wireshark ends the capture, by TERM or by closing the FIFO. Never asks for a
 * password, because nobody is there to type it.
 */
async function captureInto(ctx: Context, wish: Capture): Promise<number> {
  let exitCode: number | undefined;
  try {
    exitCode = await asRoot(ctx, () => capture(ctx, wish), { mayAsk: false });
    return exitCode;
  } finally {
    if (exitCode !== 0) await ctx.host.output(endFifo(wish.fifo)).catch(() => undefined);
  }
}

async function capture(ctx: Context, { value, fifo, filter, device }: Capture): Promise<number> {
  requireProgram(ctx.host, 'tcpdump');
  // The container must have exactly this name or id. If it is gone, the name may be the beginning
  // of another container's name, whose traffic nobody asked for.
  const wanted = containerOf(value) ?? '';
  const { id, name } = await findContainer(await ctx.engine(), wanted);
  if (name !== wanted && id.slice(0, 12) !== wanted) throw gone(wanted);
  // After "--" tcpdump takes no filter for an option. Its option -z would run a program.
  const args = ['-i', device, '-w', '-', '--', ...(filter ? [filter] : [])];
  const argv = await asWhoAsked(ctx, intoFifo(fifo, tcpdumpArgv(args, { login: whoAsked(ctx) })));
  return enter(ctx, { container: id, argv, options: {} });
}

const gone = (wanted: string) =>
  new DbgError(`there is no container "${wanted}" any more`, {
    next: [{ what: 'see what there is', command: 'press F5 in Wireshark' }],
  });

const notForPeople = () =>
  usageError('dbg extcap is for Wireshark, which says what it wants', [
    { what: 'try it', command: 'dbg extcap --extcap-interfaces' },
  ]);
