import type { ContainerUsage } from '../../../process/usage/container-usage.ts';
import type { ProcessUsage } from '../../../process/usage/process-usage.ts';
import { printable } from '../../../ui/columns.ts';
import { red, type TableLook } from '../../../ui/table.ts';
import { binary, CONTAINER_COLUMNS, CONTAINER_IMPORTANCE, percent, type UsageColumn } from '../usage-columns.ts';
import { bold, listFrame } from './list-frame.ts';
import type { ListState, Shown } from './list-state.ts';
import { PROCESS_COLUMNS, PROCESS_IMPORTANCE } from './process-columns.ts';
import type { ScreenState } from './screen-state.ts';
import type { History } from './sparkline.ts';

/** All that the screen is drawn from. */
export interface ScreenData {
  readonly rows: readonly ContainerUsage[];
  readonly now: number;
  readonly history: History;
  /** the columns in which something was alarming since the beginning */
  readonly alarming: ReadonlySet<string>;
  /** of the container that is opened; undefined: it does not run any more */
  readonly processes: readonly ProcessUsage[] | undefined;
  /** what a person has to know: the engine is away */
  readonly warning: string | undefined;
}

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** The lines of the whole screen, at most as many as it has, and the list among them. */
export function screenFrame(
  state: ScreenState,
  data: ScreenData,
  { columns: width, rows }: ScreenSize,
  look: TableLook,
): { readonly lines: readonly string[]; readonly shown: Shown } {
  const isSmall = rows < 6;
  const list = state.opened === undefined ? state.containers : state.processes;
  const above = isSmall ? [] : [bold(cut(titleOf(state, data), width)), statusLine(list, data, width, look)];
  const below = isSmall ? [] : [cut(HELP[state.opened === undefined ? 'containers' : 'processes'], width)];
  const place = { now: data.now, width, height: rows - above.length - below.length, look };
  const { lines, shown } =
    state.opened === undefined ? containerList(list, data, place) : processList(list, data, place);
  const empty = Array.from({ length: Math.max(0, place.height - lines.length) }, () => '');
  return { lines: [...above, ...lines, ...empty, ...below].slice(0, rows), shown };
}

const HELP = {
  containers: 'q quit  arrows choose, sort  Enter processes  / filter  r reverse  c m n p sort',
  processes: 'q back  arrows choose, sort  / filter  r reverse  c m n p sort',
} as const;

type Place = Parameters<typeof listFrame>[2];

function containerList(list: ListState, { rows, history, alarming }: ScreenData, place: Place) {
  const columns = CONTAINER_COLUMNS.flatMap((column) =>
    column.name === 'throttled' ? [column, historyColumn(history, place.width)] : [column],
  );
  return listFrame(
    list,
    {
      rows,
      columns,
      importance: CONTAINER_IMPORTANCE,
      alarming,
      key: ({ id }) => id,
      words: ({ name, image, id }) => `${name} ${image} ${id}`,
    },
    place,
  );
}

function processList(list: ListState, { processes = [] }: ScreenData, place: Place) {
  return listFrame(
    list,
    {
      rows: processes,
      columns: PROCESS_COLUMNS,
      importance: PROCESS_IMPORTANCE,
      alarming: new Set(),
      key: ({ key }) => key,
      words: ({ pid, command }) => `${pid} ${command}`,
    },
    place,
  );
}

const NARROW = 12;

/** The picture of the last minute, of 5, 3 or 2 seconds a character. */
function historyColumn(history: History, width: number): UsageColumn<ContainerUsage> {
  const length = width < 110 ? NARROW : width < 160 ? 20 : 30;
  const text = ({ id }: ContainerUsage) => history.picture(id, length);
  return { name: 'history', header: 'LAST MINUTE', width: length, text, value: () => undefined };
}

function titleOf({ opened }: ScreenState, { rows, now }: ScreenData): string {
  if (opened === undefined) {
    const cpu = sum(rows.map((row) => row.cpu?.percent));
    const memory = sum(rows.map((row) => row.memory?.used));
    const containers = `${rows.length} container${rows.length === 1 ? '' : 's'}`;
    return `dbg top   ${containers}   CPU ${percent(cpu)}   memory ${binary(memory)}`;
  }
  const row = rows.find(({ id }) => id === opened);
  if (row === undefined) return `dbg top   ${opened.slice(0, 12)} has ended`;
  const figures = CONTAINER_COLUMNS.filter(({ name }) => TITLE.has(name)).map(
    ({ header, text }) => `${header} ${text(row, now) || '-'}`,
  );
  return printable(`${row.name}   ${figures.join('   ')}`);
}

const TITLE = new Set(['cpu', 'memory', 'mem%', 'rx', 'tx', 'pids']);
const sum = (values: readonly (number | undefined)[]) => values.reduce<number>((all, each) => all + (each ?? 0), 0);

/** The second line: what is being typed, or what is wrong, or by what the list is filtered. */
function statusLine({ isTyping, filter }: ListState, { warning }: ScreenData, width: number, look: TableLook): string {
  if (isTyping) return cut(`filter: ${printable(filter)}_`, width);
  if (warning !== undefined) return red(cut(printable(warning), width), look);
  return filter === '' ? '' : cut(`filter: ${printable(filter)}   (Escape: all again)`, width);
}

const cut = (text: string, width: number) => text.slice(0, width);
