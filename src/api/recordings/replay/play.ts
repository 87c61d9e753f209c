import type { Socket } from 'node:net';
import { header, type Header, type ResponseHead } from '../../wire/http/http-head.ts';
import type { RecordedCall, Step } from './load-calls.ts';

/** How much the client has sent on the stream so far, and a way to hear of more. */
export interface Typed {
  bytes: number;
  hasEnded: boolean;
  /** called when `bytes` or `hasEnded` has changed, and when the client is gone */
  changed: () => void;
}

export interface Played {
  /** the connection is over */
  readonly isLast: boolean;
}

/**
 * Plays the engine's part of a call to a client. Each piece waits for its recorded delay, divided
 * by `speed`, and until the client has sent as much as it had sent by then in the recording.
 * - `becameStream` is called when the call is no HTTP any more.
 * - A call whose end is not recorded stays open until the client goes.
 */
export async function play(
  { request, steps }: RecordedCall,
  client: Socket,
  typed: Typed,
  speed: number,
  becameStream: () => void,
): Promise<Played> {
  let framing: 'length' | 'chunked' | 'close' | 'none' = 'none';
  for (const [at, { delay, typed: needed, does }] of steps.entries()) {
    await isTyped(client, typed, needed);
    await pause(client, delay / speed);
    if (client.destroyed) return { isLast: true };
    switch (does.kind) {
      case 'head': {
        framing = framingOf(does.head, request.method);
        const rest = steps.slice(at + 1);
        client.write(headOf(does.head, framing, rest));
        if (isStream(does.head, rest)) becameStream();
        break;
      }
      case 'data':
        await written(client, framing === 'chunked' ? chunk(does.data) : does.data);
        break;
      case 'end':
        if (framing === 'chunked') client.write('0\r\n\r\n');
        if (framing === 'close') client.end();
        return { isLast: framing === 'close' };
      case 'cut':
        client.destroy();
        return { isLast: true };
    }
  }
  await new Promise((gone) => (client.destroyed ? gone(undefined) : client.once('close', gone)));
  return { isLast: true };
}

function framingOf({ status, headers }: ResponseHead, method: string) {
  if (status === 101) return 'close';
  if (status < 200 || status === 204 || status === 304 || method === 'HEAD') return 'none';
  if (header(headers, 'transfer-encoding') !== undefined) return 'chunked';
  return header(headers, 'content-length') === undefined ? 'close' : 'length';
}

/**
 * A recorded head, with the length of the body that is recorded. Where secrets were taken out, that
 * is not the length which the engine gave.
 */
function headOf(head: ResponseHead, framing: string, rest: readonly Step[]): Buffer {
  const bytes = rest.reduce((sum, { does }) => sum + (does.kind === 'data' ? does.data.length : 0), 0);
  const isLength = ([name]: Header) => framing === 'length' && name.toLowerCase() === 'content-length';
  const lines = [
    `HTTP/1.1 ${head.status} ${head.reason}`,
    ...head.headers.map((each) => (isLength(each) ? `${each[0]}: ${bytes}` : `${each[0]}: ${each[1]}`)),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

const isStream = ({ status }: ResponseHead, [next]: readonly Step[]) => status === 101 || next?.typed !== undefined;

const chunk = (data: Buffer) =>
  Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')]);

/** Writes to the client. Gives a promise while the client does not read. */
function written(client: Socket, data: Buffer): Promise<void> | undefined {
  if (client.write(data)) return undefined;
  return new Promise((done) => {
    const over = () => {
      client.off('drain', over).off('close', over);
      done();
    };
    client.on('drain', over).on('close', over);
  });
}

async function isTyped(client: Socket, typed: Typed, needed: Step['typed']): Promise<void> {
  // A client that has finished sending sends no more, however little it was.
  const isThere = () =>
    client.destroyed || !needed || typed.hasEnded || (typed.bytes >= needed.bytes && !needed.hasEnded);
  while (!isThere()) await new Promise<void>((done) => (typed.changed = done));
}

function pause(client: Socket, milliseconds: number): Promise<void> | undefined {
  if (milliseconds < 0.5) return undefined;
  return new Promise((done) => {
    const over = () => {
      clearTimeout(timer);
      client.off('close', over);
      done();
    };
    const timer = setTimeout(over, milliseconds);
    client.on('close', over);
  });
}
