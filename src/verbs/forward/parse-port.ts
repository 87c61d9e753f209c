import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { usageError } from '../../errors.ts';
import type { ListenPlace, WishedPort } from '../../jobs/forward/forward-wish.ts';

/** The sun_path of unix(7) holds 108 bytes, a zero at the end included. */
const MOST_PATH_BYTES = 107;

/**
 * Reads `[ADDRESS:][LISTEN:]PORT`, with `/udp` after it for UDP. LISTEN and PORT may each be the
 * path of a unix socket, as with `ssh -L`. Without LISTEN it is PORT; `:PORT` and `0:PORT` are any
 * free port, as with kubectl. Throws a usage error for another text.
 */
export function parsePort(text: string, isReverse: boolean, cwd: () => string): WishedPort {
  const [, left, path] = /^(?:(.*?):)?(\/.*|\.{1,2}\/.*)$/s.exec(text) ?? [];
  if (path !== undefined && !/:\d+(?:\/\w+)?$/.test(path)) return toPath(text, left, path, isReverse, cwd);
  const [, before, number = '', protocol = 'tcp'] = /^(?:(.*):)?(\d{1,5})(?:\/(tcp|udp))?$/is.exec(text) ?? [];
  const port = Number(number);
  if (number === '' || port < 1 || port > 65_535) throw noPort(text);
  const isUdp = protocol.toLowerCase() === 'udp';
  const at = listenPlace(text, before, port, isReverse, cwd);
  if (at.kind === 'path' && isUdp) throw usageError(`"${text}": a unix socket carries no UDP`, SUCH_AS);
  return { protocol: isUdp ? 'udp' : 'tcp', at, to: { kind: 'port', port } };
}

function toPath(
  text: string,
  left: string | undefined,
  path: string,
  isReverse: boolean,
  cwd: () => string,
): WishedPort {
  if (left === undefined) {
    throw usageError(`"${text}" says where it leads, but not where to listen: put a port or a path and ":" before it`, [
      { what: 'such as', command: `dbg forward web 5432:${path}` },
    ]);
  }
  if (!isReverse && !path.startsWith('/'))
    throw usageError(`"${path}": a path in a container begins with "/"`, SUCH_AS);
  const to = { kind: 'path', path: isReverse ? resolve(cwd(), path) : path } as const;
  return { protocol: 'tcp', at: listenPlace(text, left, undefined, isReverse, cwd), to };
}

function listenPlace(
  text: string,
  typed: string | undefined,
  port: number | undefined,
  isReverse: boolean,
  cwd: () => string,
): ListenPlace {
  if (typed === undefined) return { kind: 'port', address: '127.0.0.1', listen: port! };
  if (/^\.{0,2}\//.test(typed)) {
    if (isReverse) {
      throw usageError(`"${text}": with --reverse the container listens, and a socket would be a file in it`, [
        { what: 'a port', command: `dbg forward --reverse web 127.0.0.1:8080:80` },
      ]);
    }
    const path = resolve(cwd(), typed);
    if (Buffer.byteLength(path) > MOST_PATH_BYTES) {
      throw usageError(`the path of a socket has at most ${MOST_PATH_BYTES} bytes: ${path}`);
    }
    return { kind: 'path', path };
  }
  const [, bracketed, plain, listen] = /^(?:(?:\[([^\]]*)\]|([^:]*[^:\d][^:]*))(?::|$))?(\d{0,5})$/.exec(typed) ?? [];
  if (listen === undefined || Number(listen) > 65_535) throw noPort(text);
  const address = addressOf(text, bracketed ?? plain);
  const isAddressAlone = listen === '' && /[^:]$/.test(typed);
  if (isAddressAlone && port === undefined) throw noPort(text);
  return { kind: 'port', address, listen: isAddressAlone ? port! : Number(listen) };
}

function addressOf(text: string, typed: string | undefined): string {
  if (typed === undefined || typed === 'localhost') return '127.0.0.1';
  if (isIP(typed) > 0) return typed;
  throw usageError(`"${text}": "${typed}" is no address to listen on`, SUCH_AS);
}

const SUCH_AS = [
  { what: 'such as', command: 'dbg forward web 8080:80' },
  { what: 'with an address', command: "dbg forward web '[::1]:8080:80'" },
];

const noPort = (text: string) => usageError(`"${text}" is no port: [ADDRESS:][LISTEN:]PORT`, SUCH_AS);
