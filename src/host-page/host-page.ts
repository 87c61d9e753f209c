import type { ServerResponse } from 'node:http';
import { admitted, type Asked, type FileWish, type Secrets } from '../web/admission.ts';
import { refuse, sendEvents, sendJson } from '../web/responses.ts';
import { eventStream } from '../web/event-stream.ts';
import { serveLocally } from '../web/local-server.ts';
import { changesBetween, EMPTY } from './changes.ts';
import type { HostPicture } from './host-picture.ts';
import { entryStore, type EntryLike } from './page-entries.ts';
import type { Moment, PageMessage } from './page-message.ts';

/** The page of `dbg ui`: what it is given is what every browser shows that has it open. */
export interface HostPage {
  /** the address to open, with its token */
  readonly url: string;
  /** Shows these parts of the picture, as they were seen at that time. */
  show(part: Partial<HostPicture>, at: number): void;
  /** Adds lines to the timeline. */
  add(entries: readonly EntryLike[]): void;
  /** Says with which line a client's API calls become lines of the timeline. */
  sayCallsBy(line: string): void;
  /** Says what dbg cannot see at present; "" when it can. */
  say(trouble: string): void;
  /** Resolves when a browser shows the page. */
  joined(): Promise<void>;
  /** Resolves when no browser shows the page any more. */
  left(): Promise<void>;
  close(): Promise<void>;
}

export interface HostPageOptions {
  /** the folder where src/host-page/assets was installed */
  readonly folder: string;
  /** 0: any that is free */
  readonly port: number;
  /** what the page shows, for its title */
  readonly title: string;
  /** of a recording: its times, and what was to be seen at one of them */
  readonly replay?: {
    readonly from: number;
    readonly to: number;
    readonly momentAt: (time: number) => Moment;
  };
}

type Wish = FileWish | { readonly kind: 'events' } | { readonly kind: 'moment'; readonly at: number };

/** How often lines of the timeline are sent, together. */
const EVERY_MS = 200;

/** Serves the page. Throws a DbgError where it cannot listen. */
export async function openHostPage({ folder, port, title, replay }: HostPageOptions): Promise<HostPage> {
  const stream = eventStream();
  const entries = entryStore();
  let picture = EMPTY;
  let at: number | undefined;
  let trouble = '';
  let callsBy: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let joined = () => undefined as void;
  const send = (message: PageMessage) => stream.send(message);

  function first(): PageMessage {
    return {
      title,
      ...(replay && { replay: { from: replay.from, to: replay.to } }),
      ...(at !== undefined && { at }),
      ...(callsBy !== undefined && { callsBy }),
      changes: changesBetween(EMPTY, picture) ?? {},
      entries: entries.all(),
      trouble,
    };
  }

  function flush(): void {
    timer = undefined;
    const news = entries.news();
    if (news.entries.length > 0) send(news);
  }

  function answer(wish: Exclude<Wish, FileWish>, response: ServerResponse): void {
    if (wish.kind === 'moment') {
      if (!replay) return refuse(response, 404);
      return sendJson(replay.momentAt(wish.at), response);
    }
    flush(); // so that this page gets no line twice
    sendEvents((viewer) => stream.join(viewer, first()), response);
    joined();
  }

  const server = await serveLocally<Wish>({ folder, port, cookieName, grant, answer });
  return {
    url: server.url,
    show: (part, time) => {
      at = time;
      const now = { ...picture, ...part };
      const changes = changesBetween(picture, now);
      picture = now;
      if (changes) send({ at: time, changes });
    },
    add: (more) => {
      entries.add(more);
      if (stream.viewers() > 0) timer ??= setTimeout(flush, EVERY_MS);
    },
    sayCallsBy: (line) => send({ callsBy: (callsBy = line) }),
    say: (text) => {
      if (text === trouble) return;
      trouble = text;
      send({ trouble });
    },
    joined: async () => (stream.viewers() > 0 ? undefined : new Promise<void>((done) => (joined = done))),
    left: stream.left,
    close: async () => {
      clearTimeout(timer);
      const last: PageMessage = { ended: true };
      stream.end(last);
      await server.close();
    },
  };
}

/** The port is in the cookie's name, as all ports of a host share cookies. */
const cookieName = (port: number) => `dbg-ui-${port}`;

/** Gives what a request may have: files, the events, and a moment of a recording. */
export function grant(asked: Asked, port: number, secrets: Secrets): Wish | undefined {
  const may = admitted(asked, port, secrets, cookieName(port));
  if (may?.kind !== 'data') return may;
  if (may.path === '/events') return { kind: 'events' };
  const at = /^at=(\d{1,15})$/.exec(may.query)?.[1];
  return may.path === '/moment' && at !== undefined ? { kind: 'moment', at: Number(at) } : undefined;
}
