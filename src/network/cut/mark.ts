/** What dbg writes on a device that it cuts (its alias, IFLA_IFALIAS): who did what, since when, until when, to whom. */
export interface Mark {
  /** eight hexadecimal digits, of this cut alone */
  readonly id: string;
  /** "down" first, if the link was set down; else what was done, in a few words (ways.ts) */
  readonly what: string;
  /** the login of who did it */
  readonly by: string;
  /** seconds since the epoch */
  readonly since: number;
  /** seconds since the epoch; 0: until it is taken back */
  readonly until: number;
  /** container/interface */
  readonly whose: string;
  /** what the alias was before */
  readonly foreign: string;
}

/** IFALIASZ of the kernel (if_link.h) is 256, with the zero at its end. */
const MOST_BYTES = 255;
const PREFIX = 'dbg cut';

/**
 * A mark as the alias that it is. Of a long name or a long list of peers it keeps the beginning: what is undone is not read from
 * here. The alias that was there is kept behind it; undefined when there is no room for that.
 */
export function formatMark({ id, what, by, since, until, whose, foreign }: Mark): string | undefined {
  const behind = foreign === '' ? '' : ` | ${foreign}`;
  const fixed = `${PREFIX} ${id}  ${word(by, 32)} ${since} ${until} `;
  const room = MOST_BYTES - Buffer.byteLength(behind) - fixed.length;
  if (room < 24) return undefined;
  const short = word(whose, Math.min(80, room - 12));
  return `${PREFIX} ${id} ${word(what, room - short.length)} ${word(by, 32)} ${since} ${until} ${short}${behind}`;
}

/** One word of plain ASCII, at most so long: what else a name may hold would end the word, or the line. */
function word(text: string, length: number): string {
  const plain = text.replaceAll('±', '~').replace(/[^!-~]|\|/g, '?') || '-';
  return plain.length > length ? `${plain.slice(0, length - 1)}+` : plain;
}

/** Reads a device's alias; undefined when it is no mark of dbg's. */
export function parseMark(alias: string): Mark | undefined {
  const [, id, what, by, since, until, whose, foreign = ''] =
    /^dbg cut ([0-9a-f]{8}) (\S+) (\S+) (\d{1,11}) (\d{1,11}) (\S+)(?: \| (.*))?$/s.exec(alias) ?? [];
  if (id === undefined) return undefined;
  return { id, what: what!, by: by!, since: Number(since), until: Number(until), whose: whose!, foreign };
}

/** What a device's alias was before dbg marked it. */
export const foreignAlias = (alias: string): string => parseMark(alias)?.foreign ?? alias;
