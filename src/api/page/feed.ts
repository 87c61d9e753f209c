import { eventStream, type Viewer } from '../../web/event-stream.ts';
import type { History } from './history.ts';
import type { Row } from './row.ts';

/** A message to a page. The first has all rows; later ones those that are new or have changed. */
export interface Message {
  readonly rows?: readonly Row[];
  /** dbg's clock, ms since the epoch */
  readonly now?: number;
  readonly engine?: string;
  /** whether the page shows a recording */
  readonly recording?: boolean;
  /** how many calls are kept at most */
  readonly most?: number;
  /** how many calls came before these, and are not kept any more */
  readonly gone?: number;
  /** The page did not read as fast as the calls came: it gets no more messages. */
  readonly behind?: true;
  /** dbg ends: this is the last message */
  readonly ended?: true;
}

/** Tells the open pages which calls are new or have changed. */
export interface Feed {
  changed(call: number): void;
  /** Adds a page. Gives the function that removes it. */
  join(viewer: Viewer): () => void;
  viewers(): number;
  /** Sets what is called when the last page has gone. */
  onEmpty(act: () => void): void;
  /** Resolves when no browser shows the page any more. */
  left(): Promise<void>;
  end(): void;
}

/** How often changes are sent, together: a log that is followed changes its row at each line. */
const EVERY_MS = 100;

export interface FeedOptions {
  readonly calls: Pick<History, 'row' | 'rows' | 'gone'>;
  readonly clock: () => number;
  readonly about: Pick<Message, 'engine' | 'recording' | 'most'>;
}

export function feed({ calls, clock, about }: FeedOptions): Feed {
  const stream = eventStream();
  const dirty = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  const send = (message: Message) => stream.send(message);

  function flush(): void {
    timer = undefined;
    const rows = [...dirty].flatMap((call) => calls.row(call) ?? []);
    dirty.clear();
    send({ rows, now: clock(), gone: calls.gone() });
  }

  return {
    changed: (call) => {
      if (stream.viewers() === 0) return;
      dirty.add(call);
      timer ??= setTimeout(flush, EVERY_MS);
    },
    join: (viewer) => {
      const first: Message = { ...about, rows: calls.rows(), now: clock(), gone: calls.gone() };
      return stream.join(viewer, first);
    },
    viewers: stream.viewers,
    onEmpty: stream.onEmpty,
    left: stream.left,
    end: () => {
      clearTimeout(timer);
      flush();
      const last: Message = { ended: true };
      stream.end(last);
    },
  };
}
