/** A page that is open in a browser, and gets its messages by Server-Sent Events. */
export interface Viewer {
  write(text: string): void;
  /** how many bytes the page has not taken yet */
  waiting(): number;
  end(text: string): void;
}

/** The pages that are open, and what they are sent. */
export interface EventStream {
  /** Adds a page, with its first message. Gives the function that removes it. */
  join(viewer: Viewer, first: object): () => void;
  /**
   * Sends a message to every page. A page that does not read gets `{"behind":true}`, and no more.
   */
  send(message: object): void;
  viewers(): number;
  /** Sets what is called when the last page has gone. */
  onEmpty(act: () => void): void;
  /** Resolves when no browser shows the page any more. */
  left(): Promise<void>;
  /** Sends a last message, and ends. */
  end(last: object): void;
}

/** How many bytes are kept for a page that does not read. */
const MOST_WAITING = 8e6;
/** A browser that reloads the page is back within this time, on a busy machine too. */
const RELOAD_MS = 15_000;

export function eventStream(): EventStream {
  const viewers = new Set<Viewer>();
  let empty = () => undefined as void;

  const leave = (viewer: Viewer) => {
    if (viewers.delete(viewer) && viewers.size === 0) empty();
  };

  return {
    join: (viewer, first) => {
      viewers.add(viewer);
      viewer.write(eventText(first));
      return () => leave(viewer);
    },
    send: (message) => {
      if (viewers.size === 0) return;
      const text = eventText(message);
      for (const viewer of viewers) {
        if (viewer.waiting() <= MOST_WAITING) {
          viewer.write(text);
          continue;
        }
        leave(viewer);
        viewer.end(eventText({ behind: true }));
      }
    },
    viewers: () => viewers.size,
    onEmpty: (act) => void (empty = act),
    left: async () => {
      while (viewers.size > 0) {
        await new Promise<void>((done) => (empty = done));
        await new Promise((done) => setTimeout(done, RELOAD_MS));
      }
    },
    end: (last) => {
      for (const viewer of viewers) viewer.end(eventText(last));
      viewers.clear();
    },
  };
}

/**
 * A message as an event. JSON has no line feed of its own, so one line of data is enough (HTML
 * standard, "Server-sent events").
 */
const eventText = (message: object) => `data: ${JSON.stringify(message)}\n\n`;
