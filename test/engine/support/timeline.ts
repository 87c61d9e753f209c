import { execa } from 'execa';
import { expect } from 'vitest';
import { DBG } from './dbg.ts';
import type { Lab } from './lab.ts';

/** A line of `dbg watch --json`. */
export interface Entry {
  readonly at: number;
  readonly time: string;
  readonly kind: string;
  readonly container: string | null;
  readonly id: string | null;
  readonly stream?: string;
  readonly text: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Watching {
  readonly pid: number;
  /** the entries so far */
  entries(): readonly Entry[];
  /** what it says on stderr so far */
  said(): string;
  /** waits until an entry fits, and gives it */
  sees(wanted: Partial<Pick<Entry, 'kind' | 'container'>> & { readonly text?: string | RegExp }): Promise<Entry>;
  /** ends it by a signal, and gives its exit code */
  end(signal?: NodeJS.Signals): Promise<number | undefined>;
}

/** Starts `dbg watch --json`, and resolves once it follows what happens. */
export async function watching(
  lab: Lab,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Watching> {
  const running = execa(process.execPath, [DBG, 'watch', '--json', ...args], {
    reject: false,
    stdin: 'ignore',
    env,
    buffer: false,
  });
  const entries: Entry[] = [];
  let [rest, said] = ['', ''];
  running.stdout.setEncoding('utf8').on('data', (piece: string) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    entries.push(...lines.map((line) => JSON.parse(line) as Entry));
  });
  running.stderr.on('data', (piece) => (said += String(piece)));
  const ended = running.then(({ exitCode }) => exitCode);
  lab.cleanUp(async () => {
    running.kill('SIGKILL');
    await ended;
  });
  await expect.poll(() => said).toContain('dbg: watching');
  const fits = (entry: Entry, wanted: Parameters<Watching['sees']>[0]) =>
    (wanted.kind === undefined || entry.kind === wanted.kind) &&
    (wanted.container === undefined || entry.container === wanted.container) &&
    (wanted.text === undefined ||
      (typeof wanted.text === 'string' ? entry.text.includes(wanted.text) : wanted.text.test(entry.text)));
  return {
    pid: running.pid!,
    entries: () => entries,
    said: () => said,
    sees: async (wanted) => {
      const find = () => entries.find((entry) => fits(entry, wanted));
      await expect
        .poll(find, { message: `${JSON.stringify(wanted)} among ${JSON.stringify(entries.slice(-20))} ${said}` })
        .toBeDefined();
      return find()!;
    },
    end: async (signal = 'SIGINT') => {
      running.kill(signal);
      return ended;
    },
  };
}
