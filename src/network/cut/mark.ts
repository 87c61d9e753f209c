/**
 * What dbg writes on a device that it cuts, as the device's alias (IFLA_IFALIAS): who cut what,
 * how, since when and until when.
 */
export interface Mark {
  /** eight hexadecimal digits, unique to this cut */
  readonly id: string;
  /** what was done, in a few words (ways.ts); "down" is the first when the link was set down */
  readonly what: string;
  /** the login of the person who made the cut */
  readonly by: string;
  /** seconds since the epoch */
  readonly since: number;
  /** seconds since the epoch; 0: until somebody undoes the cut */
  readonly until: number;
  /** "container/interface" */
  readonly whose: string;
  /** the alias that the device had before; empty for none */
  readonly foreign: string;
}

/** IFALIASZ of the kernel (if_link.h) is 256, including the zero at the end. */
const MOST_BYTES = 255;
const PREFIX = 'dbg cut';

/**
 * The alias that is written for a mark. The device's former alias is kept behind it; undefined when
 * there is no room for that. Of a long name or a long list of peers, only the beginning is kept.
 * That is enough, as the undoing of a cut does not read them from here.
 */
export function formatMark({ id, what, by, since, until, whose, foreign }: Mark): string | undefined {
  const behind = foreign === '' ? '' : ` | ${foreign}`;
  const fixed = `${PREFIX} ${id}  ${word(by, 32)} ${since} ${until} `;
  const room = MOST_BYTES - Buffer.byteLength(behind) - fixed.length;
  if (room < 24) return undefined;
  const short = word(whose, Math.min(80, room - 12));
  return `${PREFIX} ${id} ${word(what, room - short.length)} ${word(by, 32)} ${since} ${until} ${short}${behind}`;
}

/**
 * A text as one word of plain ASCII, cut to a length. Other characters are replaced: they could end
 * the word or the line.
 */
function word(text: string, length: number): string {
  const plain = text.replaceAll('±', '~').replace(/[^!-~]|\|/g, '?') || '-';
  return plain.length > length ? `${plain.slice(0, length - 1)}+` : plain;
}

/** Reads a device's alias; undefined when it is not a mark of dbg's. */
export function parseMark(alias: string): Mark | undefined {
  const [, id, what, by, since, until, whose, foreign = ''] =
    /^dbg cut ([0-9a-f]{8}) (\S+) (\S+) (\d{1,11}) (\d{1,11}) (\S+)(?: \| (.*))?$/s.exec(alias) ?? [];
  if (id === undefined) return undefined;
  return { id, what: what!, by: by!, since: Number(since), until: Number(until), whose: whose!, foreign };
}

/**
 * How long after its time a cut counts as overdue, in seconds. Its guard undoes the cut at that
 * time, so by then the guard must have been killed.
 */
const LATE_SECONDS = 2;

/** Whether a cut is there although its time is over. `now` is in seconds since the epoch. */
export const isOverdue = ({ until }: Pick<Mark, 'until'>, now: number): boolean =>
  until > 0 && now > until + LATE_SECONDS;

/** The alias that a device has without dbg's mark. */
export const foreignAlias = (alias: string): string => parseMark(alias)?.foreign ?? alias;
