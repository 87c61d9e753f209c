import { valueOf } from '../../capture/getopt.ts';
import { ownBusiness, parseArguments } from '../../capture/tcpdump-argv.ts';
import { forDns } from '../../capture/traps.ts';
import { parseStopOn } from '../../capture/stop-on.ts';
import { namesIn, selects } from '../../cli/arguments/chosen-containers.ts';
import { DbgError, usageError } from '../../errors.ts';
import type { CaptureWish } from '../../jobs/capture/capture-wish.ts';
import { ringOf, sizeOf, timeOf, type TcpdumpOptions } from './tcpdump-options.ts';

/**
 * Reads what follows `dbg tcpdump`. undefined when the capture is left to tcpdump alone: it is to
 * rotate its files itself, or to get variables of the container, and no capture option of dbg's is
 * given. Throws a usage error.
 */
export function captureWish(
  ref: string | undefined,
  args: readonly string[],
  options: TcpdumpOptions,
): CaptureWish | undefined {
  const typed = parseArguments(args);
  const items = options.dns ? forDns(typed) : typed;
  const path = valueOf(items, 'w');
  const refs = namesIn(ref);
  const isSeveral = refs.length > 1 || selects(options) || options.bothEnds === true || options.where !== undefined;
  const follows = options.fromStart === true || options.restart === true;
  const { forMs, ...bounds } = boundsOf(options);
  const isBounded = forMs !== undefined || bounds.stopOn.length > 0;
  const isOurs =
    isSeveral ||
    options.dns === true ||
    follows ||
    isBounded ||
    bounds.maxSize !== undefined ||
    bounds.ring !== undefined;
  if (options.json && options.where === undefined) {
    throw usage('--json needs --where: it prints its table as JSON', 'dbg tcpdump --where db:5432 --json CTR');
  }
  const own = ownBusiness(items);
  if (own !== undefined && isOurs) {
    throw usage(
      `${own} leaves the capture to tcpdump alone: it does not go with several containers, nor with dbg's own options for captures`,
      'dbg tcpdump --ring 10x100M … -w FILE',
    );
  }
  const isToFile = path !== undefined && path !== '-';
  if (bounds.minFree !== undefined && (own !== undefined || !isToFile)) {
    throw usage('--min-free is for a file that dbg writes', 'dbg tcpdump --min-free 1G … CTR -w FILE');
  }
  const isPlain = !isOurs && path === undefined;
  if (own !== undefined || (isPlain && options.envFromContainer !== undefined)) return undefined;
  if (path === undefined && (bounds.maxSize !== undefined || bounds.ring)) {
    throw usage('--max-size and --ring need a file', 'dbg tcpdump … CTR -w FILE');
  }
  if (path === '-' && bounds.ring)
    throw usage('--ring needs files: it does not go with -w -', 'dbg tcpdump … CTR -w FILE');
  if (follows && path === undefined) throw usage('--from-start and --restart need a file', 'dbg tcpdump … CTR -w FILE');
  return {
    refs,
    items,
    path,
    isPcapng: isSeveral || follows || (path?.endsWith('.pcapng') ?? false),
    forMs,
    ...bounds,
    count: countOf(valueOf(items, 'c')),
  };
}

/** The value of tcpdump's -c. dbg counts the packets itself where there are several tcpdumps. */
function countOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text) && Number(text) > 0) return Number(text);
  throw usage(`-c takes a number of packets, not "${text}"`, 'dbg tcpdump … CTR -c 100');
}

function boundsOf(options: TcpdumpOptions) {
  const stopOn = (options.stopOn ?? []).map(parseStopOn);
  if (options.after !== undefined && stopOn.length === 0) {
    throw usage(
      '--after needs --stop-on: it says how long to go on after it',
      'dbg tcpdump --stop-on die --after 5s … CTR',
    );
  }
  const time = (option: string, text: string | undefined) => (text === undefined ? undefined : timeOf(option, text));
  const size = (option: string, text: string | undefined) => (text === undefined ? undefined : sizeOf(option, text));
  return {
    forMs: time('--for', options.for),
    maxSize: size('--max-size', options.maxSize),
    minFree: size('--min-free', options.minFree),
    ring: options.ring === undefined ? undefined : ringOf(options.ring),
    stopOn,
    afterMs: time('--after', options.after) ?? 0,
  };
}

function usage(message: string, command: string): DbgError {
  return usageError(message, [{ what: 'such as', command }]);
}
