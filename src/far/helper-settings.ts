import type { EngineAddress } from '../engine/address.ts';
import { DOCKER_SOCKET } from '../engine/choice/parse-host.ts';
import { HELPER_LABEL } from '../engine/helper/helper-label.ts';
import { THERE_VARIABLE } from '../host/there.ts';
import HELPER from './helper.sh';

/** What dbg's helper is told by its container. */
export interface HelperWish {
  readonly image: string;
  /** of the engine, on the engine's own host */
  readonly socket: string;
  /** where the engine keeps its containers, on its own host */
  readonly rootFolder: string;
  readonly hasTerminal: boolean;
}

/** The label of dbg's image: the key of the build that is in it. */
export const KEY_LABEL = 'dbg.key';
/** Where dbg is in the image; and the file in there by which a dbg with a terminal is told more. */
export const HELPER_FOLDER = '/opt/dbg';
export const BEGINNING_FILE = 'beginning.json';

/**
 * What the helper may do (capabilities(7)): enter namespaces of others, look into their files, cut
 * and capture; and all that Docker gives to a container by default, as `exec --all` enters one with
 * the same rights.
 */
const CAPABILITIES = (
  'SYS_ADMIN SYS_PTRACE NET_ADMIN DAC_READ_SEARCH ' +
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'
).split(' ');

/**
 * The helper's namespaces are the host's, but for its files: those are of dbg's image. AppArmor's
 * and SELinux's rules for containers would forbid to trace and to mount; seccomp's would, in old
 * engines, answer to new calls of the kernel that they are forbidden.
 */
const [NAMESPACES, SECURITY] = [
  ['pid', 'network', 'uts', 'userns', 'cgroupns'],
  ['apparmor', 'seccomp', 'label'],
] as const;

/** The socket of an engine, on the engine's own host. */
export const socketThere = (address: EngineAddress): string =>
  address.kind === 'tcp' ? DOCKER_SOCKET : (address.path ?? DOCKER_SOCKET);

/**
 * What of the host's files the helper sees:
 * - the engine's socket
 * - /run, where dbg notes cuts and networks have their names
 * - the cgroups, whose limits `exec --all` joins
 * - to read alone, where the engine keeps each container's resolv.conf. NonRecursive leaves out the
 *   file systems of all containers, which are mounted below that folder. Docker wants rslave for
 *   its own folder.
 */
const mountsOf = ({ socket, rootFolder }: HelperWish): Mount[] => [
  { source: '/run' },
  ...(/^(\/var)?\/run\//.test(socket) ? [] : [{ source: socket }]),
  { source: '/sys/fs/cgroup' },
  { source: rootFolder, isReadOnly: true, isAlone: true },
];

interface Mount {
  /** a path of the host; in the helper it is the same */
  readonly source: string;
  readonly isReadOnly?: true;
  /** without what is mounted below it */
  readonly isAlone?: true;
}

const securityOptions = SECURITY.map((name) => (name === 'label' ? 'label=disable' : `${name}=unconfined`));

/** The body of POST /containers/create for a helper. It is gone when it has ended. */
export const helperSettings = (wish: HelperWish, words: readonly string[], key: string): object => ({
  Image: wish.image,
  Entrypoint: ['sh', '-c', HELPER, 'dbg-helper'],
  // What was put into it can be read, and not run by itself.
  Cmd: [wish.hasTerminal ? 'leashed' : '', `${HELPER_FOLDER}/bin/dbg.js`, ...words],
  Env: [
    `DOCKER_HOST=unix://${wish.socket}`,
    `${THERE_VARIABLE}=${wish.hasTerminal ? `${HELPER_FOLDER}/${BEGINNING_FILE}` : '1'}`,
  ],
  Labels: { [HELPER_LABEL]: key },
  Tty: wish.hasTerminal,
  OpenStdin: true,
  // The engine closes its stdin when the connection of dbg breaks, and that is its leash.
  StdinOnce: true,
  AttachStdin: true,
  AttachStdout: true,
  AttachStderr: true,
  HostConfig: {
    AutoRemove: true,
    PidMode: 'host',
    NetworkMode: 'host',
    UTSMode: 'host',
    UsernsMode: 'host',
    CgroupnsMode: 'host',
    CapDrop: ['ALL'],
    CapAdd: CAPABILITIES,
    SecurityOpt: securityOptions,
    Mounts: mountsOf(wish).map(({ source, isReadOnly = false, isAlone = false }) => ({
      Type: 'bind',
      Source: source,
      Target: source,
      ReadOnly: isReadOnly,
      BindOptions: isAlone ? { Propagation: 'rslave', NonRecursive: true } : {},
    })),
    LogConfig: { Type: 'none' },
  },
});

interface LineByHand {
  /** the client's words for this engine: `docker -c prod` */
  readonly client: readonly string[];
  /** names of variables that go along; their values are those where the line is typed */
  readonly variables: readonly string[];
  /** what is to run in the helper */
  readonly line: string;
}

/** The line that makes the same by hand. */
export const helperLine = (wish: HelperWish, { client, variables, line }: LineByHand): string[] => [
  ...client,
  'run',
  '--rm',
  wish.hasTerminal ? '-it' : '-i',
  ...NAMESPACES.map((name) => `--${name}=host`),
  '--cap-drop=ALL',
  ...CAPABILITIES.map((name) => `--cap-add=${name}`),
  ...securityOptions.map((option) => `--security-opt=${option}`),
  ...mountsOf(wish).map(mountWord),
  ...variables.flatMap((name) => ['-e', name]),
  '--entrypoint',
  'sh',
  wish.image,
  '-c',
  line,
];

const mountWord = ({ source, isReadOnly, isAlone }: Mount) =>
  `--mount=type=bind,source=${source},target=${source}${isReadOnly ? ',readonly' : ''}${isAlone ? ',bind-nonrecursive,bind-propagation=rslave' : ''}`;
