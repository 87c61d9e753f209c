// The few calls of the Engine API that starting and ending an engine needs.
import { request } from 'node:http';
import { SOCKET } from './places.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Calls the engine from outside: its socket lies in a mount namespace of its own, but /proc/PID/root leads there. Rejects when
 * nobody answers.
 */
export function call(pid: number, method: 'GET' | 'POST', path: string, timeout = 5000): Promise<Answer> {
  const socketPath = `/proc/${pid}/root${SOCKET}`;
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeout);
    // agent: false, because a kept connection would keep this process waiting at its end.
    const req = request({ socketPath, method, path, signal, agent: false }, (res) => {
      let text = '';
      res.setEncoding('utf8');
      res.on('data', (chunk: string) => (text += chunk));
      res.on('error', reject);
      res.on('end', () => resolve({ status: res.statusCode ?? 0, body: parse(text) }));
    });
    req.on('error', reject);
    req.end();
  });
}

/** Whether the engine answers. */
export async function answers(pid: number): Promise<boolean> {
  try {
    return (await call(pid, 'GET', '/_ping', 2000)).status === 200;
  } catch {
    return false;
  }
}

/** A field of an answer's body as text; '' when there is none. */
export function textOf(body: unknown, key: string): string {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, key) : undefined;
  return typeof value === 'string' ? value : '';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
