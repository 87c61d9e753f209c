import type { RequestHead } from '../../wire/http/http-head.ts';
import { OPERATIONS, operationOf } from '../../wire/calls/operation.ts';
import { SLASHED } from '../../wire/calls/operation-table.ts';

/** What a request asks for, as the engine would read the request. */
export interface AskedOperation {
  /** GET for HEAD too, which gives the same without a body */
  readonly method: string;
  /** decoded, without version and query */
  readonly path: string;
  /** the path with ANY in the place of a name that holds slashes; undefined: no name does */
  readonly anyPath: string | undefined;
  readonly query: string;
  /** as in the path, "1.41"; undefined: the path has none */
  readonly version: string | undefined;
  /** the operation's name; "" for one that dbg does not know */
  readonly operation: string;
}

/** Stands in `anyPath` for a whole name. No path holds this character. */
const ANY = '\0';
/** A longer path is not read: docker asks for none. */
const LONGEST_PATH = 8192;

/**
 * Gives the request as the engine's router sees it. The router matches the decoded path, and takes
 * any "/v" with digits and dots for a version (moby, api/server: versionMatcher). undefined: the
 * request is written in a way that the engine might read otherwise.
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
  // A slash at the end too: to the engine, "/networks/" is the list of networks, "/info/" nothing.
  if (path.length > LONGEST_PATH || /\/\/|\/\.{1,2}(?:\/|$)|\/$|[*\\%?#\s\p{Cc}\p{Cf}]/u.test(path)) return undefined;
  const version = /^\/v([\d.]+)(?=\/)/.exec(path)?.[1];
  if (version !== undefined) path = path.slice(`/v${version}`.length);
  if (/^\/v[\d.]+\//.test(path)) return undefined;
  const { name: operation, subject } = operationOf(method, path);
  // The operations of Podman's own API are not judged: they count as unknown.
  const name = OPERATIONS.has(operation) ? operation : '';
  const known = { method: method === 'HEAD' ? 'GET' : method, path, query, version };
  if (!subject?.ref.includes('/')) return { ...known, anyPath: undefined, operation: name };
  // A link gives a container a name with a slash: /containers/web/db/exec is not about web. Such a
  // call counts as unknown.
  if (!SLASHED.has(subject.kind)) return { ...known, anyPath: undefined, operation: '' };
  const from = path.indexOf('/', 1) + 1;
  const anyPath = `${path.slice(0, from)}${ANY}${path.slice(from + subject.ref.length)}`;
  return { ...known, anyPath, operation: name };
}

/**
 * Gives the request, and the requests that would ask for the same in another way. A deny of any of
 * them denies the request.
 */
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

/**
 * Operations that read what a parameter of their query names (several images, the files of a
 * container), with the path that reads the same.
 */
const NAMED_IN_QUERY: Readonly<Record<string, { readonly parameter: string; readonly path: string }>> = {
  ImageGetAll: { parameter: 'names', path: '/images/*/get' },
  ImageCommit: { parameter: 'container', path: '/containers/*/export' },
};
