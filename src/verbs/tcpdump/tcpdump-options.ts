import { Option, type Command } from 'commander';
import { usageError } from '../../errors.ts';
import { parseSize, parseTime } from '../../text.ts';
import { addSelection, type Selecting } from '../../cli/arguments/chosen-containers.ts';
import { repeatable } from '../../cli/arguments/repeatable.ts';
import { addEntryOptions, type EntryOptions } from '../../cli/arguments/entry-options.ts';

/** The options of `dbg tcpdump` before CTR, as the person typed them. */
export interface TcpdumpOptions extends EntryOptions, Selecting {
  readonly bothEnds?: boolean;
  readonly where?: string;
  readonly dns?: boolean;
  readonly fromStart?: boolean;
  readonly restart?: boolean;
  readonly for?: string;
  readonly maxSize?: string;
  readonly ring?: string;
  readonly stopOn?: readonly string[];
  readonly after?: string;
  readonly minFree?: string;
  readonly wireshark?: boolean;
  readonly termshark?: boolean;
  readonly json?: boolean;
}

export function addTcpdumpOptions<C extends Command>(command: C): C {
  // In `dbg tcpdump --project shop -w all.pcapng`, -w is tcpdump's option.
  return addSelection(addEntryOptions(command, false))
    .option('--quiet', 'only what tcpdump captured: no news, no counts of dbg')
    .option('--both-ends', "capture on the interface, its host device, the bridge and the host's uplink, all at once")
    .option(
      '--where <host:port>',
      'show where its packets to HOST:PORT vanish, in a table at the end; implies --both-ends',
    )
    .addOption(new Option('--json', 'the table of --where as JSON'))
    .option(
      '--dns',
      "show the names that it looks up and the answers, those of Docker's DNS (127.0.0.11) too, whose port is not 53",
    )
    .option('--from-start', 'wait for the container to be started, and miss none of its packets')
    .option('--restart', 'go on when the container is restarted, in the same file')
    .option('--for <time>', 'end after a time: 30s, 5m, 2h')
    .option('--max-size <size>', 'end before the file is larger: 100M, 2G')
    .option('--ring <n×size>', 'keep only the last N files of SIZE each: 10x100M')
    .option(
      '--stop-on <what>',
      "end when the container does this: die, oom, unhealthy, 'log:REGEX' (it logs such a line); repeatable",
      repeatable,
    )
    .option('--after <time>', 'with --stop-on: go on for this long after it')
    .option(
      '--min-free <size>',
      'end when less than this is free on the disk (default: 100M, or a twentieth of a small disk)',
    )
    .option('--wireshark', 'open it in wireshark, live')
    .option('--termshark', 'open it in termshark, live');
}

const usage = (message: string) => usageError(message);

/** Reads a time that an option takes, in ms; a plain number is in seconds. Throws a usage error. */
export function timeOf(option: string, text: string): number {
  const time = parseTime(/^\d+(\.\d+)?$/.test(text) ? `${text}s` : text);
  if (time !== undefined && time <= MOST_TIME) return time;
  throw usage(`${option} takes a time such as 30s, 5m or 2h, not "${text}"`);
}
/** Node's timers count milliseconds in 31 bits, which is 24.8 days. */
const MOST_TIME = 24 * 86_400_000;

/** Reads a size that an option takes, in bytes. Throws a usage error. */
export function sizeOf(option: string, text: string): number {
  const size = parseSize(text);
  if (size !== undefined) return size;
  throw usage(`${option} takes a size such as 500k, 100M or 2G, not "${text}"`);
}

/** Reads `--ring 10x100M`: how many files, of how many bytes each. Throws a usage error. */
export function ringOf(text: string): { files: number; size: number } {
  const [, files, each = ''] = /^(\d{1,5})[x×*](.+)$/.exec(text) ?? [];
  const size = parseSize(each) ?? 0;
  // A file must hold at least one packet, of at most 256 KiB.
  if (files !== undefined && Number(files) >= 1 && size >= 1e6) return { files: Number(files), size };
  throw usage(`--ring takes a number of files and their size, 1M at least, such as 10x100M, not "${text}"`);
}
