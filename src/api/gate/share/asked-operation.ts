import type { RequestHead } from '../../wire/http/http-head.ts';
import { OPERATIONS, operationOf } from '../../wire/calls/operation.ts';
import { SLASHED } from '../../wire/calls/operation-table.ts';

/** What a request asks for, as the engine would read it. */
export interface AskedOperation {
  /** HEAD is GET: it gives the same without its body */
  readonly method: string;
  /** decoded, without version and query */
  readonly path: string;
  /** the same with ANY in the place of a name that holds slashes; undefined: there is none */
  readonly anyPath: string | undefined;
  readonly query: string;
  /** as in the path, "1.41"; undefined: it does not say */
  readonly version: string | undefined;
  /** the operation's name, "" for none that dbg knows */
  readonly operation: string;
}

/** In the place of a whole name; no path has it. */
const ANY = '\0';
/** docker asks for none that is longer. */
const LONGEST_PATH = 8192;

/**
 * The request as the engine's router sees it: it matches the decoded path, and takes any "/v" with digits and dots for a version
 * (moby, api/server: versionMatcher). undefined: it is written in a way that might be read otherwise.
 */
export function askedFor({ method, target }: Pick<RequestHead, 'method' | 'target'>): AskedOperation | undefined {
  if (!/^[A-Z]+$/.test(method) || !target.startsWith('/')) return undefined;
  const [, encoded = '', query = ''] = /^([^?]*)\??(.*)$/s.exec(target)!;
  let path: string;
  try {
    path = decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
  // "/networks/" is the list of networks to the engine, "/info/" nothing.
  if (path.length > LONGEST_PATH || /\/\/|\/\.{1,2}(?:\/|$)|\/$|[*\\%?#\s\p{Cc}\p{Cf}]/u.test(path)) return undefined;
  const version = /^\/v([\d.]+)(?=\/)/.exec(path)?.[1];
  if (version !== undefined) path = path.slice(`/v${version}`.length);
  if (/^\/v[\d.]+\//.test(path)) return undefined;
  const { name: operation, subject } = operationOf(method, path);
  // Of what Podman's own API does, nothing is judged.
  const name = OPERATIONS.has(operation) ? operation : '';
  const known = { method: method === 'HEAD' ? 'GET' : method, path, query, version };
  if (!subject?.ref.includes('/')) return { ...known, anyPath: undefined, operation: name };
  // By a link, a container has a name with a slash: /containers/web/db/exec is about another one than web.
  if (!SLASHED.has(subject.kind)) return { ...known, anyPath: undefined, operation: '' };
  const from = path.indexOf('/', 1) + 1;
  const anyPath = `${path.slice(0, from)}${ANY}${path.slice(from + subject.ref.length)}`;
  return { ...known, anyPath, operation: name };
}

/** The request, and those that ask for the same through another door: a deny of one of them is a deny of it. */
export function doorsOf(asked: AskedOperation): AskedOperation[] {
  const { operation, path, query } = asked;
  if (operation === 'ContainerAttachWebsocket') {
    return [asked, { ...asked, method: 'POST', path: path.replace(/\/ws$/, ''), operation: 'ContainerAttach' }];
  }
  const named = NAMED_IN_QUERY[operation];
  if (!named) return [asked];
  const names = new URLSearchParams(query).getAll(named.parameter);
  const targets = names.map((name) => named.path.replace('*', () => encodeURI(name)));
  return [asked, ...targets.flatMap((target) => askedFor({ method: 'GET', target }) ?? [])];
}

/** Operations that read what their query names: several images, the files of a container. */
const NAMED_IN_QUERY: Readonly<Record<string, { readonly parameter: string; readonly path: string }>> = {
  ImageGetAll: { parameter: 'names', path: '/images/*/get' },
  ImageCommit: { parameter: 'container', path: '/containers/*/export' },
};
