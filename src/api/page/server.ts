import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { errorMessage } from '../../errors.ts';
import type { FileWish } from '../../web/admission.ts';
import { MOST_AT_ONCE, refuse, sendEvents, sendJson, sendPieces } from '../../web/responses.ts';
import { serveLocally } from '../../web/local-server.ts';
import type { WireListener } from '../wire/calls/wire-events.ts';
import type { Names } from '../wire/calls/container-names.ts';
import { curlLine } from '../recordings/curl-line.ts';
import { cookieName, granted, type Wish } from './access.ts';
import { isAmong, type Calls } from './calls.ts';
import { feed } from './feed.ts';
import { isInBodies } from './find-in-bodies.ts';
import { history, MOST, type Bounds, type History } from './history.ts';
import type { Kept } from './kept.ts';
import { harOf, recordingOf, type Source } from './save.ts';
import { wholeOf } from './whole.ts';

/** The live view: a page for browsers of this machine, which shows the events that it hears. */
export interface Page {
  readonly onEvent: WireListener;
  /** the address to open, with its token */
  readonly url: string;
  /** how many browsers show the page */
  viewers(): number;
  /** Resolves when no browser shows the page any more. */
  left(): Promise<void>;
  close(): Promise<void>;
}

export interface PageOptions {
  /** the folder where src/api/page/assets was installed */
  readonly folder: string;
  /** 0: any that is free */
  readonly port: number;
  readonly clock: () => number;
  readonly names: Names;
  /** what the page shows, for its title */
  readonly title: string;
  /** which engine the calls go to, or went to */
  readonly source: Source;
  /** whether the page shows a recording */
  readonly isRecording?: boolean;
  readonly most?: Partial<Bounds>;
}

/** Serves the page. Throws a DbgError where it cannot listen. */
export async function servePage(options: PageOptions): Promise<Page> {
  const { folder, port, clock, names, title, source, isRecording = false, most = {} } = options;
  const calls = history({ names, changed: (call) => viewers.changed(call), most });
  const about = { engine: title, recording: isRecording, most: most.calls ?? MOST.calls };
  const viewers = feed({ calls, clock, about });
  const server = await serveLocally<Wish>({ folder, port, cookieName, grant: granted, answer });

  function answer(wish: Exclude<Wish, FileWish>, response: ServerResponse): void {
    if (wish.kind === 'events') return sendEvents(viewers.join, response);
    if (wish.kind === 'call') return sendDetail(calls, wish, response);
    if (wish.kind === 'curl') return sendCurl(calls.kept(wish.call), source, response);
    const failed = () => void response.destroy();
    if (wish.kind === 'find') return void sendFound(calls, wish, response).catch(failed);
    const some = keptAmong(calls, wish.calls);
    const pieces = wish.as === 'har' ? harOf(some, source) : recordingOf(some, source);
    void sendPieces(pieces, response).catch(failed);
  }

  return {
    onEvent: calls.onEvent,
    url: server.url,
    viewers: viewers.viewers,
    left: viewers.left,
    close: async () => {
      viewers.end();
      await server.close();
    },
  };
}

function sendDetail(calls: History, { call, from }: Wish & { kind: 'call' }, response: ServerResponse): void {
  const detail = calls.detail(call, from);
  if (!detail) return refuse(response, 404);
  sendJson(detail, response);
}

function sendCurl(kept: Kept | undefined, source: Source, response: ServerResponse): void {
  if (!kept) return refuse(response, 404);
  try {
    sendJson(curlLine(wholeOf(kept), { recording: 'dbg api', version: 1, started: 0, ...source }), response);
  } catch (error) {
    // Of some calls there is no curl line. The error says why.
    sendJson({ line: '', notes: [errorMessage(error)] }, response);
  }
}

const keptAmong = (calls: History, some: Calls): Kept[] =>
  calls
    .numbers()
    .filter((number) => isAmong(some, number))
    .flatMap((number) => calls.kept(number) ?? []);

async function sendFound(calls: History, { text, calls: some }: Wish & { kind: 'find' }, response: ServerResponse) {
  const found: number[] = [];
  let work = 0;
  for (const kept of keptAmong(calls, some)) {
    if (response.destroyed) return;
    if (isInBodies(kept, text)) found.push(kept.call.number);
    work += kept.cost;
    if (work < MOST_AT_ONCE) continue;
    work = 0;
    await nextTurn();
  }
  sendJson(found, response);
}
