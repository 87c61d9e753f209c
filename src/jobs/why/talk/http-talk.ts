import type { Duplex } from 'node:stream';
import { header, headEnd, NotHttp, parseResponseHead } from '../../../api/wire/http/http-head.ts';
import type { Hop } from '../../../why/connection/talk/talk-facts.ts';
import { firstLine } from './tls-talk.ts';

/** The most bytes of an answer that are read: its head, and the beginning of its body. */
const MOST_READ = 64 * 1024;
/** How long the beginning of a body is waited for, which is for a sentence alone. */
const BODY_MS = 300;
/** As many redirects as curl and browsers follow at least. */
const MOST_HOPS = 10;

/**
 * Sends a GET request, and reads the beginning of the answer.
 * @param clock ms, for how long the first byte took
 */
export async function askHttp(
  stream: Duplex,
  url: URL,
  { patienceMs, clock }: { readonly patienceMs: number; readonly clock: () => number },
): Promise<Hop> {
  const began = clock();
  let firstAt: number | undefined;
  const pieces: Buffer[] = [];
  const isOver = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => end(false), patienceMs);
    let afterHead: NodeJS.Timeout | undefined;
    const end = (isEnd: boolean) => {
      clearTimeout(timer);
      clearTimeout(afterHead);
      resolve(isEnd);
    };
    stream.on('data', (piece: Buffer) => {
      firstAt ??= clock();
      pieces.push(Buffer.from(piece));
      const all = Buffer.concat(pieces);
      if (isEnough(all)) end(false);
      // The body of this answer may come late, or never, where the connection is kept.
      else if (headEnd(all, 0) >= 0) afterHead ??= setTimeout(() => end(false), BODY_MS);
    });
    for (const event of ['end', 'close', 'error']) stream.on(event, () => end(true));
    stream.write(requestTo(url));
  });
  const all = Buffer.concat(pieces);
  const hop = { url: url.href, status: 0, location: undefined, firstByteMs: (firstAt ?? clock()) - began, text: '' };
  if (all.length === 0) return { ...hop, outcome: isOver ? 'closed' : 'silent' };
  return { ...hop, ...answerOf(all, url) };
}

/** `close`: the server is to end the connection behind its answer, so that nothing stays open. */
const requestTo = ({ pathname, search, host }: URL) =>
  `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: dbg\r\nAccept: */*\r\nConnection: close\r\n\r\n`;

/**
 * Whether the head is there, and something of the body if there is to be one; or so much that no
 * head will come.
 */
function isEnough(all: Buffer): boolean {
  const end = headEnd(all, 0);
  if (end >= 0 && /^HTTP\/\d\.\d (?:204|3\d\d)\b/.test(all.toString('latin1', 0, 12))) return true;
  return all.length >= MOST_READ || (end >= 0 && all.length > end) || (end < 0 && !isHttp(all));
}

const isHttp = (all: Buffer) => {
  const beginning = all.toString('latin1', 0, 5);
  return 'HTTP/'.startsWith(beginning) || beginning === 'HTTP/';
};

function answerOf(all: Buffer, url: URL): Pick<Hop, 'outcome' | 'status' | 'location' | 'text'> {
  const notHttp = { outcome: 'not HTTP', status: 0, location: undefined, text: firstLine(all) } as const;
  const end = headEnd(all, 0);
  if (end < 0) return notHttp;
  try {
    const { status, headers } = parseResponseHead(all.toString('latin1', 0, end));
    const isRedirect = [301, 302, 303, 307, 308].includes(status);
    const to = isRedirect ? header(headers, 'location') : undefined;
    const location = to === undefined || !URL.canParse(to, url.href) ? undefined : new URL(to, url).href;
    return { outcome: 'answered', status, location, text: firstLine(withoutTags(all.subarray(end))) };
  } catch (error) {
    if (error instanceof NotHttp) return notHttp;
    throw error;
  }
}

/** The text of an HTML page without its tags, for a first line that says something. */
function withoutTags(body: Buffer): Buffer {
  const text = body.toString('latin1', 0, 4096).trimStart();
  return Buffer.from(
    text.startsWith('<')
      ? text
          .replace(/<[^<>]*>/g, ' ')
          .replace(/\s+/g, ' ')
          .trim()
      : text,
    'latin1',
  );
}

/**
 * Where a redirect leads, when that is another page of the same host; undefined when it leads to
 * another host, or when that page was asked for before.
 */
export function nextHop(hops: readonly Hop[]): URL | undefined {
  const last = hops.at(-1);
  if (last?.location === undefined || hops.length >= MOST_HOPS) return undefined;
  const [from, to] = [new URL(last.url), new URL(last.location)];
  if (!/^https?:$/.test(to.protocol) || to.hostname !== from.hostname) return undefined;
  return hops.some(({ url }) => url === to.href) ? undefined : to;
}
