/** Where an engine listens. */
export type EngineAddress = UnixAddress | TcpAddress | SshAddress | ContainerdAddress;

export interface UnixAddress {
  readonly kind: 'unix';
  /** absolute, or relative to dbg's working directory, as docker's CLI takes it */
  readonly path: string;
}

export interface TcpAddress {
  readonly kind: 'tcp';
  readonly host: string;
  readonly port: number;
  /** undefined: plain HTTP */
  readonly tls: TlsFiles | undefined;
  /** what stands before each path of the API, as for a proxy before the engine: "/team/engine" */
  readonly path?: string | undefined;
}

/** An engine that is asked by `ssh HOST docker system dial-stdio`. */
export interface SshAddress {
  readonly kind: 'ssh';
  readonly host: string;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  /** the engine's socket over there; undefined: that of the client's own default */
  readonly path?: string | undefined;
  /** the client that is called over there */
  readonly client: Client;
}

/** containerd without Docker, which is asked by its own client, ctr. */
export interface ContainerdAddress {
  readonly kind: 'containerd';
  /** containerd's socket */
  readonly path: string;
}

/** A program by which people speak with an engine. */
export type Client = 'docker' | 'podman';

/**
 * Paths of PEM files: `ca` signed the engine's certificate (without it, the system's authorities
 * count); `cert` and `key` are dbg's own. `acceptsAny`: the engine's certificate is not verified.
 */
export type TlsFiles = Partial<Record<'ca' | 'cert' | 'key', string>> & { readonly acceptsAny?: true | undefined };

/** What dbg adds to each request. */
export interface RequestForm {
  /** names as they were given, values as they are sent */
  readonly headers: Readonly<Record<string, string>>;
  /** the version of the API that each path begins with: "1.41"; undefined: the engine's newest */
  readonly apiVersion?: string | undefined;
}

/** The form of requests that nobody has set anything for. */
export const PLAIN_FORM: RequestForm = { headers: {} };

/** The address as a person would give it to DOCKER_HOST. It holds no password. */
export function addressText(address: EngineAddress): string {
  switch (address.kind) {
    case 'unix':
      return `unix://${address.path}`;
    case 'containerd':
      return `containerd://${address.path}`;
    case 'tcp':
      return `tcp://${hostAndPort(address)}${address.path ?? ''}`;
    default:
      return `ssh://${sshDestination(address)}${address.path ?? ''}`;
  }
}

/** "HOST:PORT", with brackets around an IPv6 address. */
export const hostAndPort = ({ host, port }: { readonly host: string; readonly port: number }): string =>
  `${bracketed(host)}:${port}`;

const bracketed = (host: string) => (host.includes(':') ? `[${host}]` : host);

const sshDestination = ({ user, host, port }: SshAddress) =>
  `${user === undefined ? '' : `${user}@`}${bracketed(host)}${port === undefined ? '' : `:${port}`}`;

/** The words for ssh(1) that lead to the host of an engine: `-l USER -p PORT -- HOST`. */
export const sshHostWords = ({ user, host, port }: SshAddress): string[] => [
  ...(user === undefined ? [] : ['-l', user]),
  ...(port === undefined ? [] : ['-p', String(port)]),
  '--',
  host,
];

/** Whether dbg speaks TLS with this engine. */
export const isTls = (address: EngineAddress): boolean => address.kind === 'tcp' && address.tls !== undefined;
