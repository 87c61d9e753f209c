import type { RequestHead } from '../../wire/http/http-head.ts';
import { redacted } from '../../wire/redact/redact.ts';

/** A request with its body. */
export interface ReplayRequest {
  readonly head: RequestHead;
  readonly body: Buffer;
}

/** A request as it would stand in a recording, without secrets. */
export function redactedRequest({ head, body }: ReplayRequest): ReplayRequest {
  const of = { call: 1, connection: 1, time: 0 } as const;
  const pieces: Buffer[] = [];
  let clean = head;
  const stage = redacted((event) => {
    if (event.type === 'request') clean = event.head;
    if (event.type === 'data') pieces.push(event.data);
  });
  stage({ type: 'request', head, ...of });
  if (body.length > 0) stage({ type: 'data', from: 'client', data: body, ...of });
  stage({ type: 'end', from: 'client', ...of });
  return { head: clean, body: Buffer.concat(pieces) };
}
