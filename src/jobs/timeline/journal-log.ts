import type { Context } from '../../context.ts';
import type { Engine } from '../../engine/engine.ts';
import type { LogMessage } from '../../engine/following/log-messages.ts';
import { lineReader } from '../../line-reader.ts';
import { journalMessage } from '../../timeline/journal-message.ts';

interface JournalWish {
  /** how many of the last messages; left out: all */
  readonly tail?: number | undefined;
  /** in seconds since the epoch */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly isFollowed: boolean;
}

interface JournalListener {
  message(message: LogMessage): void;
  drained(): Promise<void> | undefined;
  ended(): void;
}

/**
 * Reads a container's log from this host's journal, where its log driver is journald and the engine
 * cannot read it itself. Gives the function that ends that; undefined when the log is not there, or
 * this host has no journalctl.
 */
export async function journalLog(
  host: Context['host'],
  engine: Pick<Engine, 'inspection'>,
  id: string,
  wish: JournalWish,
  listener: JournalListener,
): Promise<(() => void) | undefined> {
  const driver = await engine.inspection(id).then(
    ({ logDriver }) => logDriver,
    () => undefined,
  );
  if (driver !== 'journald' || host.find('journalctl').kind !== 'found') return undefined;
  const journal = await host.stream(journalArgv(id, wish));
  let isOver = false;
  const reader = lineReader(
    (line) => {
      const message = journalMessage(line);
      if (message && !isOver) listener.message(message);
    },
    { most: MOST_CHARACTERS, longer: 'passed over' },
  );
  journal.stderr.resume();
  const read = async () => {
    for await (const piece of journal.stdout) {
      reader.add(piece as Buffer);
      await listener.drained();
    }
    await journal.ended;
  };
  void read()
    .catch(() => undefined)
    .then(() => isOver || listener.ended());
  return () => {
    isOver = true;
    journal.signal('SIGTERM');
  };
}

/** The argv for journalctl(1). */
export const journalArgv = (id: string, { tail, since, until, isFollowed }: JournalWish): string[] => [
  'journalctl',
  '--no-pager',
  '--quiet',
  '--all',
  '--output=json',
  ...(isFollowed ? ['--follow'] : []),
  `--lines=${tail ?? 'all'}`,
  ...(since === undefined ? [] : [`--since=@${since}`]),
  ...(until === undefined ? [] : [`--until=@${until}`]),
  `CONTAINER_ID_FULL=${id}`,
];

/** A message of docker's is 16 KiB, and as a list of bytes some 80 KiB. */
const MOST_CHARACTERS = 1 << 20;
