import type { History } from './history.ts';
import type { Row } from './row.ts';

/** A message to a page. The first has all rows; later ones those that are new or have changed. */
export interface Message {
  readonly rows?: readonly Row[];
  /** dbg's clock, ms since the epoch */
  readonly now?: number;
  readonly engine?: string;
  /** what it shows is a recording */
  readonly recording?: boolean;
  /** so many calls are kept; how many were there before, and are not any more */
  readonly most?: number;
  readonly gone?: number;
  /** The page did not read as fast as the calls came: it gets no more. */
  readonly behind?: true;
  /** dbg ends */
  readonly ended?: true;
}

/** A page that looks on, by Server-Sent Events. */
export interface Viewer {
  write(text: string): void;
  /** bytes that it has not taken yet */
  waiting(): number;
  end(text: string): void;
}

export interface Feed {
  changed(call: number): void;
  /** Gives what ends it. */
  join(viewer: Viewer): () => void;
  viewers(): number;
  /** called when the last one has gone */
  onEmpty(act: () => void): void;
  end(): void;
}

/** Changes are sent together, that often: a log that runs changes its row with each line. */
const EVERY_MS = 100;
/** So much is kept for a page that does not read. */
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

/** JSON has no line feed of its own, so that one line is enough (HTML standard, "Server-sent events"). */
const eventText = (message: Message) => `data: ${JSON.stringify(message)}\n\n`;
