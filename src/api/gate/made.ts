import { STATUS_CODES } from 'node:http';
import type { Header } from '../wire/http/http-head.ts';
import type { Answer } from './verdict.ts';

/** An answer as the engine gives its errors: JSON with a message, which docker's CLI shows. */
export function refusal(status: number, message: string): Answer {
  return jsonAnswer(status, { message });
}

/** An answer of JSON. */
export function jsonAnswer(status: number, value: unknown): Answer {
  const headers: Header[] = [['Content-Type', 'application/json']];
  return { kind: 'answer', status, headers, body: Buffer.from(`${JSON.stringify(value)}\n`) };
}

/** An answer's bytes, as many as are to be sent. To HEAD there is no body, but its length. */
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

/** The bytes of a head with other headers, or of an answer with another body: whose length is told anew. */
export function headBytes(first: string, headers: readonly Header[]): Buffer {
  return Buffer.from(
    `${[first, ...headers.map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n`,
    'latin1',
  );
}
