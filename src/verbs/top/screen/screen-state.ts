import { chosenAt, listState, type ListState, pressedInList, type Shown } from './list-state.ts';

/** What the screen shows: all containers, or the processes of the one that is opened. */
export interface ScreenState {
  readonly containers: ListState;
  readonly processes: ListState;
  /** the id of the container whose processes are shown */
  readonly opened: string | undefined;
}

export const FIRST_STATE: ScreenState = {
  containers: listState('cpu'),
  processes: listState('cpu'),
  opened: undefined,
};

/** The screen after a key. `shown`: what the key is about, the list that is on the screen. */
export function pressed(state: ScreenState, key: string, shown: Shown): ScreenState | 'quit' | 'interrupt' {
  if (key === 'interrupt') return 'interrupt';
  const name = state.opened === undefined ? 'containers' : 'processes';
  const list = state[name];
  if (!list.isTyping) {
    if (key === 'q') return state.opened === undefined ? 'quit' : closed(state);
    if (key === 'enter' && state.opened === undefined) return opened(state, shown);
    if (state.opened !== undefined && isBack(key, list)) return closed(state);
  }
  return { ...state, [name]: pressedInList(list, key, shown) };
}

/** Escape takes a filter away first. */
const isBack = (key: string, { filter }: ListState) =>
  key === 'enter' || key === 'backspace' || (key === 'escape' && filter === '');

const closed = (state: ScreenState): ScreenState => ({ ...state, opened: undefined });

function opened(state: ScreenState, { keys }: Shown): ScreenState {
  const id = keys[chosenAt(state.containers, keys)];
  if (id === undefined) return state;
  const containers = { ...state.containers, chosen: id };
  return { containers, processes: listState('cpu'), opened: id };
}
