import { libpodOperation } from './libpod.ts';

/** What a call is about, by the Engine API's own words. */
export interface Operation {
  /** the operationId of the API's definition (moby, api/swagger.yaml): "ContainerList"; "" when it has none */
  readonly name: string;
  /** the Docker operation that it is, or that Podman's is like: that has the same streams, secrets and names of containers */
  readonly like: string;
  /** what the path names: a container's, exec's, image's … name or id; undefined when it names none */
  readonly subject: { readonly kind: string; readonly ref: string } | undefined;
  /** "1.41"; undefined when the path does not say */
  readonly version: string | undefined;
  /** the path without version and query */
  readonly path: string;
  readonly query: string;
}

/** Tells which operation of the Engine API a request is (versions up to 1.51), or of Podman's own ("PodListLibpod"). */
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

/** Who polls asks the same again and again; not with a megabyte, which need not be kept. */
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

/** A name may hold slashes where the API lets it (images, plugins): it is what stands before the last word. */
function find(method: string, area: string, rest: readonly string[]): Found {
  const whole = AREAS[area]?.[`${method} ${rest.join('/')}`];
  if (whole !== undefined) return { name: whole };
  // A client may ask for /constructor/x as well.
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

/** What the names of an area are names of. */
export const KINDS: Readonly<Record<string, string>> = {
  containers: 'container',
  exec: 'exec',
  images: 'image',
  networks: 'network',
  volumes: 'volume',
  plugins: 'plugin',
  nodes: 'node',
  services: 'service',
  tasks: 'task',
  secrets: 'secret',
  configs: 'config',
  distribution: 'distribution',
};

const LIBPOD_KINDS: Readonly<Record<string, string>> = {
  ...KINDS,
  pods: 'pod',
  manifests: 'manifest',
  artifacts: 'artifact',
  quadlets: 'quadlet',
};

/** Kinds whose names may hold slashes. */
export const SLASHED: ReadonlySet<string> = new Set(['image', 'plugin', 'distribution']);

const AREAS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  _ping: { 'GET ': 'SystemPing' },
  version: { 'GET ': 'SystemVersion' },
  info: { 'GET ': 'SystemInfo' },
  events: { 'GET ': 'SystemEvents' },
  auth: { 'POST ': 'SystemAuth' },
  system: { 'GET df': 'SystemDataUsage' },
  session: { 'POST ': 'Session' },
  grpc: { 'POST ': 'Grpc' },
  build: { 'POST ': 'ImageBuild', 'POST prune': 'BuildPrune', 'POST cancel': 'BuildCancel' },
  commit: { 'POST ': 'ImageCommit' },
  containers: {
    'GET json': 'ContainerList',
    'POST create': 'ContainerCreate',
    'POST prune': 'ContainerPrune',
    'GET */json': 'ContainerInspect',
    'GET */top': 'ContainerTop',
    'GET */logs': 'ContainerLogs',
    'GET */changes': 'ContainerChanges',
    'GET */export': 'ContainerExport',
    'GET */stats': 'ContainerStats',
    'POST */resize': 'ContainerResize',
    'POST */start': 'ContainerStart',
    'POST */stop': 'ContainerStop',
    'POST */restart': 'ContainerRestart',
    'POST */kill': 'ContainerKill',
    'POST */update': 'ContainerUpdate',
    'POST */rename': 'ContainerRename',
    'POST */pause': 'ContainerPause',
    'POST */unpause': 'ContainerUnpause',
    'POST */attach': 'ContainerAttach',
    'GET */ws': 'ContainerAttachWebsocket',
    'POST */wait': 'ContainerWait',
    'POST */exec': 'ContainerExec',
    'POST */copy': 'ContainerCopy',
    'GET */archive': 'ContainerArchive',
    'PUT */archive': 'PutContainerArchive',
    'DELETE *': 'ContainerDelete',
  },
  exec: { 'POST */start': 'ExecStart', 'POST */resize': 'ExecResize', 'GET */json': 'ExecInspect' },
  images: {
    'GET json': 'ImageList',
    'GET search': 'ImageSearch',
    'GET get': 'ImageGetAll',
    'POST create': 'ImageCreate',
    'POST load': 'ImageLoad',
    'POST prune': 'ImagePrune',
    'GET */json': 'ImageInspect',
    'GET */history': 'ImageHistory',
    'GET */get': 'ImageGet',
    'POST */push': 'ImagePush',
    'POST */tag': 'ImageTag',
    'DELETE *': 'ImageDelete',
  },
  networks: {
    'GET ': 'NetworkList',
    'POST create': 'NetworkCreate',
    'POST prune': 'NetworkPrune',
    'GET *': 'NetworkInspect',
    'DELETE *': 'NetworkDelete',
    'POST */connect': 'NetworkConnect',
    'POST */disconnect': 'NetworkDisconnect',
  },
  volumes: {
    'GET ': 'VolumeList',
    'POST create': 'VolumeCreate',
    'POST prune': 'VolumePrune',
    'GET *': 'VolumeInspect',
    'PUT *': 'VolumeUpdate',
    'DELETE *': 'VolumeDelete',
  },
  plugins: {
    'GET ': 'PluginList',
    'GET privileges': 'GetPluginPrivileges',
    'POST pull': 'PluginPull',
    'POST create': 'PluginCreate',
    'GET */json': 'PluginInspect',
    'POST */enable': 'PluginEnable',
    'POST */disable': 'PluginDisable',
    'POST */upgrade': 'PluginUpgrade',
    'POST */push': 'PluginPush',
    'POST */set': 'PluginSet',
    'DELETE *': 'PluginDelete',
  },
  nodes: { 'GET ': 'NodeList', 'GET *': 'NodeInspect', 'DELETE *': 'NodeDelete', 'POST */update': 'NodeUpdate' },
  swarm: {
    'GET ': 'SwarmInspect',
    'POST init': 'SwarmInit',
    'POST join': 'SwarmJoin',
    'POST leave': 'SwarmLeave',
    'POST update': 'SwarmUpdate',
    'GET unlockkey': 'SwarmUnlockkey',
    'POST unlock': 'SwarmUnlock',
  },
  services: {
    'GET ': 'ServiceList',
    'POST create': 'ServiceCreate',
    'GET *': 'ServiceInspect',
    'DELETE *': 'ServiceDelete',
    'POST */update': 'ServiceUpdate',
    'GET */logs': 'ServiceLogs',
  },
  tasks: { 'GET ': 'TaskList', 'GET *': 'TaskInspect', 'GET */logs': 'TaskLogs' },
  secrets: {
    'GET ': 'SecretList',
    'POST create': 'SecretCreate',
    'GET *': 'SecretInspect',
    'DELETE *': 'SecretDelete',
    'POST */update': 'SecretUpdate',
  },
  configs: {
    'GET ': 'ConfigList',
    'POST create': 'ConfigCreate',
    'GET *': 'ConfigInspect',
    'DELETE *': 'ConfigDelete',
    'POST */update': 'ConfigUpdate',
  },
  distribution: { 'GET */json': 'DistributionInspect' },
};

/** All names of Docker's that `operationOf` gives. */
export const OPERATIONS: ReadonlySet<string> = new Set(Object.values(AREAS).flatMap((area) => Object.values(area)));

interface OperationPath {
  readonly name: string;
  readonly method: string;
  /** with * for a name, and ** for one that may hold slashes */
  readonly path: string;
}

/** Where each of them is. */
export const OPERATION_PATHS: readonly OperationPath[] = Object.entries(AREAS).flatMap(([area, operations]) =>
  Object.entries(operations).map(([key, name]) => {
    const [method = '', rest = ''] = key.split(' ');
    const any = SLASHED.has(KINDS[area] ?? '') ? '**' : '*';
    const path = rest.replace('*', any).replace(/\/ws$/, '/attach/ws');
    return { name, method, path: path === '' ? `/${area}` : `/${area}/${path}` };
  }),
);
