import type { Call } from '../../../api/wire/calls/call.ts';

/** A call as `--json` prints it, one a line: times in ms, sizes in bytes of bodies and streams. */
export function callRecord(call: Call, subject: string): object {
  const { operation, request, response } = call;
  const ms = (until: number | undefined) =>
    until === undefined ? null : Math.round((until - call.startedAt) * 1000) / 1000;
  return {
    call: call.number,
    connection: call.connection,
    time: new Date(call.startedAt).toISOString(),
    peer: call.peer ?? null,
    operation: operation.name || null,
    container: subject || null,
    method: request?.method ?? null,
    path: operation.path || null,
    query: operation.query,
    version: operation.version ?? null,
    status: response?.status ?? null,
    ms_to_answer: ms(call.answeredAt),
    ms: ms(call.endedAt),
    sent: call.sent.bytes,
    received: call.received.bytes,
    protocol: call.protocol ?? null,
    failure: call.failure ?? null,
    doubts: [...(request?.doubts ?? []), ...(response?.doubts ?? [])],
  };
}
