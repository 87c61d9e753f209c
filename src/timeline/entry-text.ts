import { escapeLines } from '../text.ts';
import type { TimelineEntry } from './timeline-entry.ts';

export interface EntryLook {
  readonly isColoured: boolean;
  /** ms since the epoch: times of another day than this one are shown with their date */
  readonly today: number;
}

/** Turns entries into lines for people: time, container, what it is, and the text. */
export function entryPrinter({ isColoured, today }: EntryLook): (entry: TimelineEntry) => string {
  const day = dateText(new Date(today));
  const colours = new Map<string, number>();
  let width = 8;
  let [second, secondText] = [-1, ''];

  const paint = (text: string, code: number | undefined) =>
    isColoured && code !== undefined ? `\u001b[${code}m${text}\u001b[0m` : text;
  const colourOf = (name: string) => {
    const colour = colours.get(name) ?? NAME_COLOURS[colours.size % NAME_COLOURS.length]!;
    colours.set(name, colour);
    return colour;
  };
  // To take a time apart takes longer than all else, and most lines of a second come together.
  const timeText = (at: number) => {
    const its = Math.floor(at / 1000);
    if (its !== second) {
      const date = new Date(its * 1000);
      const ownDay = dateText(date);
      [second, secondText] = [its, `${ownDay === day ? '' : `${ownDay} `}${clockText(date)}`];
    }
    return `${secondText}.${pad(Math.floor(at) % 1000, 3)}`;
  };
  return (entry) => {
    const { at, container, text } = entry;
    const name = escapeLines(container?.name ?? '-').replaceAll('\t', ' ');
    width = Math.min(MOST_WIDTH, Math.max(width, name.length));
    const what = whatOf(entry);
    const shownName = paint(name.padEnd(width), container && colourOf(container.name));
    return `${timeText(at)}  ${shownName}  ${paint(what.padEnd(8), WHAT_COLOURS[what])}  ${escapeLines(text)}\n`;
  };
}

const whatOf = ({ kind, stream }: TimelineEntry) => (kind === 'log' ? (stream === 'stderr' ? 'err' : 'out') : kind);

/**
 * Cyan, green, yellow, blue, magenta, and their bright ones (ECMA-48, SGR). Red is for what is
 * wrong.
 */
const NAME_COLOURS = [36, 32, 33, 34, 35, 96, 92, 93, 94, 95];
const WHAT_COLOURS: Readonly<Record<string, number>> = {
  err: 31,
  oom: 31,
  cut: 31,
  engine: 31,
  throttle: 33,
  note: 33,
  event: 1,
};

/** A longer name shifts its own line alone. */
const MOST_WIDTH = 24;

const pad = (number: number, digits: number) => String(number).padStart(digits, '0');
const dateText = (date: Date) => `${date.getFullYear()}-${pad(date.getMonth() + 1, 2)}-${pad(date.getDate(), 2)}`;
const clockText = (date: Date) =>
  [date.getHours(), date.getMinutes(), date.getSeconds()].map((each) => pad(each, 2)).join(':');

/** The entry for programs. The keys are documented in docs/watch.md. */
export const entryRecord = ({ at, kind, container, stream, text, details }: TimelineEntry) => ({
  at,
  time: new Date(at).toISOString(),
  kind,
  container: container?.name ?? null,
  id: container?.id ?? null,
  ...(stream !== undefined && { stream }),
  text,
  details,
});
