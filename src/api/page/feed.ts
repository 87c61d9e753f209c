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

/** A page that is open in a browser, and gets its messages by Server-Sent Events. */
export interface Viewer {
  write(text: string): void;
  /** how many bytes the page has not taken yet */
  waiting(): number;
  end(text: string): void;
}

/** Tells the open pages which calls are new or have changed. */
export interface Feed {
  changed(call: number): void;
  /** Adds a page. Gives the function that removes it. */
  join(viewer: Viewer): () => void;
  viewers(): number;
  /** Sets what is called when the last page has gone. */
  onEmpty(act: () => void): void;
  end(): void;
}

/** How often changes are sent, together: a log that is followed changes its row at each line. */
const EVERY_MS = 100;
/** How many bytes are kept for a page that does not read. */
const MOST_WAITING = 8e6;

export interface FeedOptions {
  readonly calls: Pick<History, 'row' | 'rows' | 'gone'>;
  readonly clock: () => number;
  readonly about: Pick<Message, 'engine' | 'recording' | 'most'>;
}

export function feed({ calls, clock, about }: FeedOptions): Feed {
  const viewers = new Set<Viewer>();
  const dirty = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  let empty = () => undefined as void;

  const leave = (viewer: Viewer) => {
    if (viewers.delete(viewer) && viewers.size === 0) empty();
  };

  function flush(): void {
    timer = undefined;
    const rows = [...dirty].flatMap((call) => calls.row(call) ?? []);
    dirty.clear();
    if (viewers.size === 0) return;
    const text = eventText({ rows, now: clock(), gone: calls.gone() });
    for (const viewer of viewers) {
      if (viewer.waiting() <= MOST_WAITING) {
        viewer.write(text);
        continue;
      }
      leave(viewer);
      viewer.end(eventText({ behind: true }));
    }
  }

  return {
    changed: (call) => {
      if (viewers.size === 0) return;
      dirty.add(call);
      timer ??= setTimeout(flush, EVERY_MS);
    },
    join: (viewer) => {
      viewers.add(viewer);
      viewer.write(eventText({ ...about, rows: calls.rows(), now: clock(), gone: calls.gone() }));
      return () => leave(viewer);
    },
    viewers: () => viewers.size,
    onEmpty: (act) => void (empty = act),
    end: () => {
      clearTimeout(timer);
      flush();
      for (const viewer of viewers) viewer.end(eventText({ ended: true }));
      viewers.clear();
    },
  };
}

/**
 * A message as an event. JSON has no line feed of its own, so one line of data is enough (HTML
 * standard, "Server-sent events").
 */
const eventText = (message: Message) => `data: ${JSON.stringify(message)}\n\n`;
