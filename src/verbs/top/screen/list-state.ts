/** How a list is shown, and which of its rows is chosen. */
export interface ListState {
  /** the name of the column */
  readonly sort: string;
  readonly isReversed: boolean;
  /** only rows with this text are shown, in any case */
  readonly filter: string;
  /** whether keys go into the filter */
  readonly isTyping: boolean;
  /** the row that a person chose: it stays chosen where it moves; undefined: the one at `at` */
  readonly chosen: string | undefined;
  readonly at: number;
}

/** What is on the screen, which keys are about. */
export interface Shown {
  /** the keys of all rows, in the order in which they are listed */
  readonly keys: readonly string[];
  /** the names of the columns */
  readonly columns: readonly string[];
  /** how many rows fit */
  readonly page: number;
}

export const listState = (sort: string): ListState => ({
  sort,
  isReversed: false,
  filter: '',
  isTyping: false,
  chosen: undefined,
  at: 0,
});

/** The place of the chosen row in the list; 0 for an empty one. */
export function chosenAt({ chosen, at }: Pick<ListState, 'chosen' | 'at'>, keys: readonly string[]): number {
  const found = chosen === undefined ? -1 : keys.indexOf(chosen);
  return found >= 0 ? found : Math.max(0, Math.min(at, keys.length - 1));
}

/** Keys that sort at once. */
const SORT_KEYS: Readonly<Record<string, string>> = { c: 'cpu', m: 'memory', n: 'name', p: 'pids' };

/** The list after a key; the same one when the key means nothing to it. */
export function pressedInList(state: ListState, key: string, shown: Shown): ListState {
  if (state.isTyping) return typed(state, key, shown);
  const steps: Readonly<Record<string, number>> = {
    up: -1,
    k: -1,
    down: 1,
    j: 1,
    'page up': -shown.page,
    'page down': shown.page,
    home: -Infinity,
    end: Infinity,
  };
  if (Object.hasOwn(steps, key)) return moved(state, steps[key]!, shown);
  if (key === 'left' || key === '<') return sortedBeside(state, -1, shown);
  if (key === 'right' || key === '>') return sortedBeside(state, 1, shown);
  if (key === 'r') return { ...state, isReversed: !state.isReversed };
  if (key === '/') return { ...state, isTyping: true };
  if (key === 'escape') return { ...state, filter: '' };
  const sort = Object.hasOwn(SORT_KEYS, key) ? SORT_KEYS[key] : undefined;
  return sort === undefined ? state : { ...state, sort, isReversed: false };
}

function typed(state: ListState, key: string, shown: Shown): ListState {
  if (key === 'enter') return { ...state, isTyping: false };
  if (key === 'escape') return { ...state, isTyping: false, filter: '' };
  if (key === 'backspace') return { ...state, filter: state.filter.slice(0, -1) };
  if (key === 'clear') return { ...state, filter: '' };
  if (key === 'up' || key === 'down') return moved(state, key === 'up' ? -1 : 1, shown);
  return [...key].length === 1 && state.filter.length < MOST_TYPED ? { ...state, filter: state.filter + key } : state;
}

const MOST_TYPED = 64;

function moved(state: ListState, step: number, { keys }: Shown): ListState {
  const at = Math.max(0, Math.min(keys.length - 1, chosenAt(state, keys) + step));
  return { ...state, at, chosen: keys[at] };
}

function sortedBeside(state: ListState, step: number, { columns }: Shown): ListState {
  const sortable = columns.filter((name) => name !== 'history');
  const at = sortable.indexOf(state.sort) + step;
  const sort = sortable[(at + sortable.length) % sortable.length];
  return sort === undefined ? state : { ...state, sort, isReversed: false };
}
