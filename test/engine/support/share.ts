import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { dbg } from './dbg.ts';
import type { Lab } from './lab.ts';

/** A share that listens: where, what it said, and its log. */
export async function sharing(lab: Lab, args: readonly string[], env: Record<string, string> = {}) {
  const log = join(lab.folder, 'audit.ndjson');
  const where = args.includes('--listen') ? [] : ['--listen', 'tcp:127.0.0.1:0'];
  const time = args.includes('--for') ? [] : ['--for', '2m'];
  const running = dbg(['api', 'share', ...time, ...where, '--audit', log, ...args], { env });
  lab.cleanUp(async () => {
    running.kill('SIGKILL');
    await running;
  });
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    running.stderr!.on('data', (data) => {
      said += String(data);
      const found = / -H (\S+) ps\n/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    running.stderr!.on('end', () => reject(new Error(said)));
  });
  return {
    running,
    url,
    said: () => said,
    docker: (...command: readonly string[]) => execa('docker', ['-H', url, ...command], { reject: false }),
    logText: () => readFileSync(log, 'utf8'),
    entries: () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    /** by Ctrl-C */
    stop: async () => {
      running.kill('SIGINT');
      return (await running).exitCode;
    },
  };
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: readonly string[];
}

/** A request's bytes: with a body, as JSON unless it is a text already. */
export function requestText({ method, path, body, headers = [] }: Asked): string {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const type = headers.some((each) => /^content-type:/i.test(each)) ? [] : ['Content-Type: application/json'];
  const length = body === undefined ? [] : [...type, `Content-Length: ${Buffer.byteLength(text)}`];
  return [`${method} ${path} HTTP/1.1`, 'Host: localhost', ...length, ...headers].join('\r\n') + `\r\n\r\n${text}`;
}

/** What a server on TCP says to such a request, on a connection of its own; the connection ends behind the head of the answer. */
export function ask(url: string, asked: Asked): Promise<{ readonly status: number; readonly text: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    let text = '';
    const over = () => resolve({ status: Number(/^HTTP\/1\.\d (\d+)/.exec(text)?.[1] ?? 0), text });
    socket.on('error', reject).on('close', over);
    socket.on('data', (piece) => {
      text += piece.toString();
      const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
      const from = text.indexOf('\r\n\r\n') + 4;
      const isWhole = from > 3 && (length === undefined || Buffer.byteLength(text.slice(from)) >= Number(length));
      if (isWhole) socket.destroy();
    });
    socket.write(requestText(asked));
  });
}
