import type { Context } from '../../context.ts';
import { configFolder } from '../../engine/choice/docker-config.ts';
import { listContexts } from '../../engine/choice/context-store.ts';
import { usageError } from '../../errors.ts';
import { askSeveral } from '../../jobs/far/several-contexts.ts';
import { json } from '../../ui/table.ts';
import { escapeControls } from '../../text.ts';
import type { EngineWishRead } from '../arguments/engine-options.ts';
import type { Verb } from '../verb.ts';

/**
 * Asks several engines, all at once, and puts together what they answer: rows with a column HOST,
 * records with the key `host`. Gives the exit code: 1 when one of them failed.
 */
export async function askEngines(ctx: Context, wish: EngineWishRead, verb: Verb): Promise<number> {
  const refused = refusal(ctx, verb);
  if (refused !== undefined) {
    throw usageError(`${refused} asks one engine: name one context`, [
      { what: 'which there are', command: 'dbg context ls' },
    ]);
  }
  const names = chosenContexts(ctx, wish);
  const isJson = verb.opts()['json'] === true;
  const form = !isJson ? 'text' : verb.several === 'stream' ? 'lines' : 'document';
  const width = Math.max('HOST'.length, ...names.map((name) => name.length));
  let heading: string | undefined;
  const records: object[] = [];
  const withHost = (host: string, text: string): object[] =>
    [parsed(text)].flat().flatMap((record) => (isRecord(record) ? [{ host, ...record }] : []));
  const exitCode = await askSeveral(ctx, {
    names,
    argsFor: (name) => ['-c', name, ...(wish.via ? ['--via', wish.via] : []), ...withoutContext(ctx.args, wish)],
    form,
    onLine: (name, line) => {
      if (form === 'lines') {
        for (const record of withHost(name, line)) ctx.stdout.write(`${JSON.stringify(record)}\n`);
      } else if (line === heading) return;
      else if (heading === undefined && isHeading(line))
        ctx.stdout.write(`${'HOST'.padEnd(width)}  ${(heading = line)}\n`);
      // Columns are as wide as one engine's rows need, so headings differ in their blanks.
      else if (!isHeading(line)) ctx.stdout.write(`${escapeControls(name).padEnd(width)}  ${line}\n`);
    },
    onDocument: (name, text) => records.push(...withHost(name, text)),
  });
  if (form === 'document') ctx.stdout.write(json(records));
  return exitCode;
}

/** What cannot be asked of several engines; undefined: all is well. */
function refusal({ args }: Context, verb: Verb): string | undefined {
  if (verb.several === undefined) return `dbg ${verb.name()}`;
  // A name may mean a container on each host, and a cut is for one.
  if (verb.name() === 'veth' && verb.opts()['all'] !== true) return 'dbg veth without --all';
  return verb.name() === 'tcpdump' && args.some((word) => /^-[a-zA-Z]*w/.test(word)) ? 'dbg tcpdump -w' : undefined;
}

/** The heading of a table: words in capitals. */
const isHeading = (line: string) => /^[A-Z][A-Z %/-]*$/.test(line);

const isRecord = (value: unknown): value is object => typeof value === 'object' && value !== null;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The names of the contexts that are meant. Throws a usage error for one that is not there. */
function chosenContexts(ctx: Context, { context, allContexts }: EngineWishRead): string[] {
  const all = ['default', ...listContexts(configFolder(ctx.env)).map(({ name }) => name)];
  if (allContexts) return all;
  const chosen = context!.split(',').flatMap((word) => {
    if (word === '') return [];
    const pattern = new RegExp(
      `^${word
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
    );
    const found = all.filter((name) => pattern.test(name));
    if (found.length > 0) return found;
    throw usageError(`there is no docker context "${word}"`, [
      { what: 'see what there is', command: 'dbg context ls' },
    ]);
  });
  return [...new Set(chosen)];
}

/** dbg's words without those that name the contexts. */
function withoutContext(args: readonly string[], { context, allContexts }: EngineWishRead): string[] {
  const at = args.findIndex(
    (word, index) =>
      (allContexts && word === '--all-contexts') ||
      word === `--context=${context}` ||
      word === `-c${context}` ||
      (word === context && ['-c', '--context'].includes(args[index - 1] ?? '')),
  );
  if (at < 0) return [...args];
  const isAlone = args[at] === context;
  return args.filter((_, index) => index !== at && !(isAlone && index === at - 1));
}
