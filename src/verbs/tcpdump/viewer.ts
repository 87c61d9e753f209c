import { has } from '../../capture/getopt.ts';
import { parseArguments } from '../../capture/tcpdump-argv.ts';
import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { requireProgram } from '../../host/run/programs.ts';
import { escapeLines } from '../../text.ts';
import { withoutDashes } from '../../cli/enter.ts';
import type { TcpdumpOptions } from './tcpdump-options.ts';

/** The command lines by which a viewer reads a capture from stdin, and begins at once. */
const VIEWERS = { wireshark: ['wireshark', '-k', '-i', '-'], termshark: ['termshark', '-i', '-'] } as const;

/**
 * Does what `dbg tcpdump … -w - | wireshark -k -i -` does. The viewer is the person's own process,
 * with the person's display and settings. Only the dbg that captures may become root.
 * @param rest the last words of the command line, which are tcpdump's
 */
export async function inViewer(ctx: Context, rest: readonly string[], options: TcpdumpOptions): Promise<number> {
  if (options.wireshark && options.termshark) throw usage('--wireshark or --termshark: one viewer at a time');
  if (has(parseArguments(withoutDashes(rest)), 'w'))
    throw usage('leave out -w: the viewer gets the capture; to keep it, save it in the viewer');
  const viewer = VIEWERS[options.wireshark ? 'wireshark' : 'termshark'];
  requireProgram(ctx.host, viewer[0]);
  const capture = [
    ...ctx.self,
    ...ctx.engineWords,
    ...captureArguments(ctx.args, rest),
    '-w',
    '-',
    ...withoutDashes(rest),
  ];
  const { exitCode, said } = await ctx.host.pipeline(capture, viewer, { quiet: options.termshark === true });
  if (said !== '') ctx.stderr.write(`${escapeLines(said)}\n`);
  return exitCode;
}

/** The words before tcpdump's own arguments, without the options for the viewer. */
function captureArguments(all: readonly string[], rest: readonly string[]): string[] {
  return all.slice(0, all.length - rest.length).filter((word) => word !== '--wireshark' && word !== '--termshark');
}

const usage = (message: string) =>
  usageError(message, [{ what: 'such as', command: 'dbg tcpdump --wireshark web port 80' }]);
