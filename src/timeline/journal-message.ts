import type { LogMessage } from '../engine/following/log-messages.ts';

/**
 * Reads a line of `journalctl --output=json` that docker's log driver journald has written. The
 * driver notes stderr by priority 3, and a part of a long line by CONTAINER_PARTIAL_MESSAGE
 * (docs.docker.com, "Journald logging driver"). undefined for another line.
 */
export function journalMessage(line: string): LogMessage | undefined {
  try {
    const fields = JSON.parse(line) as Record<string, unknown>;
    const microseconds = Number(fields['_SOURCE_REALTIME_TIMESTAMP'] ?? fields['__REALTIME_TIMESTAMP']);
    const text = bytesOf(fields['MESSAGE']);
    if (text === undefined || !Number.isFinite(microseconds)) return undefined;
    const isPart = fields['CONTAINER_PARTIAL_MESSAGE'] === 'true';
    return {
      stream: fields['PRIORITY'] === '3' ? 'stderr' : 'stdout',
      at: microseconds / 1000,
      time: '',
      data: isPart ? text : Buffer.concat([text, Buffer.from('\n')]),
    };
  } catch {
    return undefined;
  }
}

/** journalctl(1): a field that is no UTF-8 text is a list of its bytes. */
function bytesOf(value: unknown): Buffer | undefined {
  if (typeof value === 'string') return Buffer.from(value);
  return Array.isArray(value) && value.every((byte) => typeof byte === 'number') ? Buffer.from(value) : undefined;
}
