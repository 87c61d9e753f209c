import { KINDS, LIBPOD_KINDS, SLASHED, AREAS } from './operation-table.ts';
import { libpodOperation } from './libpod.ts';

/** What a call is about, in the Engine API's own words. */
export interface Operation {
  /**
   * the operationId of the API's definition (moby, api/swagger.yaml): "ContainerList"; "" when the
   * call has none
   */
  readonly name: string;
  /**
   * The Docker operation that it is. For an operation of Podman's: the Docker operation with the
   * same streams, secrets and names of containers.
   */
  readonly like: string;
  /** the name or id of a container, exec, image … in the path; undefined when the path has none */
  readonly subject: { readonly kind: string; readonly ref: string } | undefined;
  /** "1.41"; undefined when the path does not say */
  readonly version: string | undefined;
  /** the path without version and query */
  readonly path: string;
  readonly query: string;
}

/**
 * Tells which operation a request is: of the Engine API (versions up to 1.51), or of Podman's own
 * API ("PodListLibpod").
 */
export function operationOf(method: string, target: string): Operation {
  const key = `${method} ${target}`;
  const before = known.get(key);
  if (before) return before;
  const operation = read(method, target);
  if (key.length > LONGEST_KNOWN) return operation;
  if (known.size >= 256) known.clear();
  known.set(key, operation);
  return operation;
}

/**
 * Operations by method and target. A client that polls asks the same again and again. A long
 * target, which may have a megabyte, is not kept.
 */
const known = new Map<string, Operation>();
const LONGEST_KNOWN = 2048;

function read(method: string, target: string): Operation {
  const mark = target.indexOf('?');
  const full = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? '' : target.slice(mark + 1);
  const [, version, path = full] = /^(?:https?:\/\/[^/]*)?(?:\/v([\d.]+))?(\/.*)$/.exec(full) ?? [];
  const parts = path.split('/').slice(1);
  const [area = '', ...rest] = parts;
  const asked = method === 'HEAD' ? 'GET' : method;
  const { name, like = name, kind, ref } = area === 'libpod' ? findLibpod(asked, rest) : find(asked, area, rest);
  return {
    name,
    like,
    subject: kind === undefined || !ref ? undefined : { kind, ref: decoded(ref) },
    version,
    path,
    query,
  };
}

interface Found {
  readonly name: string;
  readonly like?: string;
  readonly kind?: string;
  readonly ref?: string | undefined;
}

/**
 * Finds the operation in Docker's API. Where the API allows slashes in a name (images, plugins),
 * the name is all that stands before the last word.
 */
function find(method: string, area: string, rest: readonly string[]): Found {
  const whole = AREAS[area]?.[`${method} ${rest.join('/')}`];
  if (whole !== undefined) return { name: whole };
  // Not KINDS[area] alone: a client may ask for /constructor/x.
  const kind = Object.hasOwn(KINDS, area) ? KINDS[area] : undefined;
  if (kind === undefined || rest.length === 0) return { name: '' };
  const last = rest.length > 1 ? rest.at(-1)! : '';
  const action = AREAS[area]?.[`${method} */${last}`];
  // attach/ws is the one action of two words.
  const words = last === 'ws' ? 2 : 1;
  if (last !== '' && action !== undefined) return { name: action, kind, ref: rest.slice(0, -words).join('/') };
  const itself = AREAS[area]?.[`${method} *`];
  if (itself !== undefined && (rest.length === 1 || SLASHED.has(kind))) {
    return { name: itself, kind, ref: rest.join('/') };
  }
  return { name: '', kind, ref: rest[0]! };
}

function findLibpod(method: string, rest: readonly string[]): Found {
  const path = rest.join('/');
  if (path === '_ping') return find(method, path, []);
  const [area = '', ref] = rest;
  const kind = Object.hasOwn(LIBPOD_KINDS, area) ? LIBPOD_KINDS[area] : undefined;
  const found = libpodOperation(method, path);
  const subject = kind === undefined ? {} : { kind, ref: found ? found.ref : ref };
  return found ? { name: `${found.name}Libpod`, like: found.name, ...subject } : { name: '', ...subject };
}

function decoded(ref: string): string {
  try {
    return decodeURIComponent(ref);
  } catch {
    return ref;
  }
}

/** All names of Docker's operations that `operationOf` gives. */
export const OPERATIONS: ReadonlySet<string> = new Set(Object.values(AREAS).flatMap((area) => Object.values(area)));

interface OperationPath {
  readonly name: string;
  readonly method: string;
  /** with * for a name, and ** for a name that may hold slashes */
  readonly path: string;
}

/** The method and the path of each of Docker's operations. */
export const OPERATION_PATHS: readonly OperationPath[] = Object.entries(AREAS).flatMap(([area, operations]) =>
  Object.entries(operations).map(([key, name]) => {
    const [method = '', rest = ''] = key.split(' ');
    const any = SLASHED.has(KINDS[area] ?? '') ? '**' : '*';
    const path = rest.replace('*', any).replace(/\/ws$/, '/attach/ws');
    return { name, method, path: path === '' ? `/${area}` : `/${area}/${path}` };
  }),
);
