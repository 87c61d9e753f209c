import { STATUS_CODES } from 'node:http';
import type { Header } from '../wire/http/http-head.ts';
import type { Answer } from './verdict.ts';

/** Gives an answer in the form of the engine's errors: JSON with a message, which docker shows. */
export function refusal(status: number, message: string): Answer {
  return jsonAnswer(status, { message });
}

export function jsonAnswer(status: number, value: unknown): Answer {
  const headers: Header[] = [['Content-Type', 'application/json']];
  return { kind: 'answer', status, headers, body: Buffer.from(`${JSON.stringify(value)}\n`) };
}

/**
 * Gives the bytes of an answer, with as much of its body as its `dropAfter` lets through. An answer
 * to HEAD has no body, but tells the length of one.
 */
export function answerBytes(
  { status, headers, body, dropAfter = Infinity }: Answer,
  method: string,
  isLast: boolean,
): Buffer {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(status === 204 || status === 304 ? [] : [`Content-Length: ${body.length}`]),
    ...(isLast ? ['Connection: close'] : []),
  ];
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return method === 'HEAD' ? head : Buffer.concat([head, body.subarray(0, dropAfter)]);
}

/** Gives the bytes of a head from its first line and its headers. */
export function headBytes(first: string, headers: readonly Header[]): Buffer {
  return Buffer.from(
    `${[first, ...headers.map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n`,
    'latin1',
  );
}
