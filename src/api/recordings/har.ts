import { isUtf8 } from 'node:buffer';
import { frameReader } from '../../engine/ways/frames.ts';
import { header, mediaType, type Header } from '../wire/http/http-head.ts';
import { baseUrl, wireText } from './url.ts';
import type { Content, WholeCall } from './whole-call.ts';

/**
 * What stands before and behind the entries of a HAR 1.2 (softwareishard.com/blog/har-12-spec). A
 * comma separates entries.
 */
export const harFrame = (version: string): { readonly head: string; readonly tail: string } => ({
  head: `{"log":{"version":"1.2","creator":${JSON.stringify({ name: 'dbg', version })},"entries":[\n`,
  tail: '\n]}}\n',
});

/**
 * A call as an entry of a HAR. `engine` is the recording's. Names with an underscore are dbg's own,
 * as the format wants it.
 */
export function harEntry(
  { call, sent, typed, received, said, sentAt }: WholeCall,
  engine: string,
  tls: boolean,
): object {
  const { request, response } = call;
  const end = call.endedAt ?? call.startedAt;
  const answeredAt = call.answeredAt ?? end;
  const sentUntil = Math.min(Math.max(sentAt ?? answeredAt, call.startedAt), answeredAt);
  const timings = {
    send: ms(sentUntil - call.startedAt),
    wait: ms(answeredAt - sentUntil),
    receive: ms(end - answeredAt),
  };
  const sentBytes = sizeOf(sent);
  return {
    startedDateTime: new Date(call.startedAt).toISOString(),
    time: ms(timings.send + timings.wait + timings.receive),
    request: {
      method: request?.method ?? '',
      url: baseUrl(engine, tls).url + pathOf(request?.target ?? '/'),
      httpVersion: `HTTP/${request?.version ?? '1.1'}`,
      cookies: [],
      headers: pairs(request?.headers ?? []),
      queryString: [...new URLSearchParams(call.operation.query)].map(([name, value]) => ({ name, value })),
      ...(sentBytes > 0 && { postData: postData(request?.headers ?? [], sent) }),
      headersSize: -1,
      bodySize: sentBytes,
    },
    response: {
      // Browsers write 0 too where there was no answer.
      status: response?.status ?? 0,
      statusText: response?.reason ?? '',
      httpVersion: `HTTP/${response?.version ?? '1.1'}`,
      cookies: [],
      headers: pairs(response?.headers ?? []),
      content: content(
        response?.headers ?? [],
        received,
        said ?? (FRAMED.has(call.operation.like) ? framed(received) : undefined),
      ),
      redirectURL: header(response?.headers ?? [], 'location') ?? '',
      headersSize: -1,
      bodySize: response ? call.received.bytes : -1,
    },
    cache: {},
    timings,
    connection: String(call.connection),
    ...(call.failure !== undefined && { comment: call.failure }),
    _operation: call.operation.name,
    ...(call.peer !== undefined && { _peer: call.peer }),
    ...(call.protocol !== undefined && { _protocol: call.protocol }),
    ...(sizeOf(typed) > 0 && { _stdin: textOf(typed) }),
  };
}

/**
 * The path of a target. The target of a proxy's client is a whole URL; that of HTTP/2 begins with
 * "*".
 */
function pathOf(target: string): string {
  return target.startsWith('/') ? wireText(target) : target.replace(/^\w+:\/\/[^/]*/, '').replace(/^(?!\/)/, '/');
}

/** Milliseconds with microseconds, never below zero. */
const ms = (value: number) => Math.max(0, Math.round(value * 1000) / 1000);

/** Operations that answer in frames, or with what a terminal shows. */
const FRAMED = new Set(['ContainerAttach', 'ContainerLogs', 'ExecStart', 'ServiceLogs', 'TaskLogs']);

const sizeOf = ({ pieces, missing }: Content) => pieces.reduce((sum, { length }) => sum + length, missing);

const pairs = (headers: readonly Header[]) => headers.map(([name, value]) => ({ name, value: wireText(value) }));

function postData(headers: readonly Header[], body: Content): object {
  const { text, encoding, comment } = textOf(body);
  // The format has no `encoding` of a request's body. Viewers pass over a name with an underscore.
  return {
    mimeType: mediaType(headers) || UNKNOWN,
    params: [],
    text,
    ...(encoding && { _encoding: encoding }),
    ...comment,
  };
}

const UNKNOWN = 'application/octet-stream';

function content(headers: readonly Header[], body: Content, said: Content | undefined): object {
  const { text, encoding, comment } = textOf(said ?? body);
  return {
    size: sizeOf(said ?? body),
    mimeType: said ? 'text/plain' : mediaType(headers) || UNKNOWN,
    text,
    ...(encoding && { encoding }),
    ...comment,
    ...(said && { _comment: 'stdin, stdout and stderr as they came, without their frames' }),
  };
}

function textOf({ pieces, missing, digest }: Content) {
  const bytes = Buffer.concat(pieces);
  const isText = isUtf8(bytes);
  const whole = digest === undefined ? '' : `, with them its digest is ${digest}`;
  return {
    text: bytes.toString(isText ? 'utf8' : 'base64'),
    encoding: isText ? undefined : 'base64',
    comment: missing > 0 ? { comment: `${missing} bytes more were not recorded${whole}` } : undefined,
  };
}

/** What the frames of a body carry; undefined: the body has no frames, as with a terminal. */
function framed(body: Content): Content | undefined {
  const pieces: Buffer[] = [];
  let isFramed = body.pieces.length > 0;
  const read = frameReader(
    (_, data) => pieces.push(data),
    () => (isFramed = false),
  );
  body.pieces.forEach(read);
  return isFramed ? { ...body, pieces } : undefined;
}
