/**
 * What dbg uses of GET /containers/{id}/json (Docker Engine API 1.24 and later). Podman's service
 * gives the same answer.
 */
export interface Container {
  readonly id: string;
  /** without the leading slash that the API gives it */
  readonly name: string;
  /** the name of its image as it was given; it may mean another image by now */
  readonly image: string;
  /** the id of the image that the container was made from */
  readonly imageId: string;
  /** NAME=VALUE: the image's variables, and those that were given when the container was created */
  readonly env: readonly string[];
  readonly state: ContainerState;
  /** whether its output goes to a terminal of its own (`docker run -t`) */
  readonly hasTty: boolean;
  readonly labels: Labels;
  /** the directory that its programs start in; "/" when the image names none */
  readonly workingDir: string;
  readonly networkMode: string;
  /** how often the engine has started it again by its restart policy */
  readonly restarts: number;
  readonly configured: ConfiguredLimits;
  readonly networks: readonly NetworkEndpoint[];
  /**
   * where the engine keeps the files that it mounts into the container's /etc; empty for a file
   * that it does not mount
   */
  readonly files: ContainerFiles;
}

/** The limits that the engine sets when it starts a container; null for none. */
export interface ConfiguredLimits {
  readonly memoryBytes: number | null;
  readonly cpus: number | null;
  readonly pids: number | null;
}

export type Labels = Readonly<Record<string, string>>;
export type ContainerFiles = Readonly<Record<'resolv.conf' | 'hosts' | 'hostname', string>>;

export interface ContainerState {
  /** created, running, paused, restarting, removing, exited or dead; Podman has more */
  readonly status: string;
  /**
   * of the container's first process, as the engine numbers it; 0 when it has none. This host may
   * number it otherwise: src/enter/number-here.ts.
   */
  readonly pid: number;
  /** the engine's sentence when a start failed; otherwise empty */
  readonly error: string;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** ms since the epoch; undefined when the container was never started */
  readonly startedAt: number | undefined;
  /** ms since the epoch; undefined when no run has ended */
  readonly finishedAt: number | undefined;
}

export interface NetworkEndpoint {
  readonly network: string;
  /**
   * The network's id. Its bridge on the host is called br-<the first 12 digits of the id>, unless
   * it was given another name.
   */
  readonly networkId: string;
  /** lower case; empty while the container is not running */
  readonly mac: string;
  /**
   * IPv4 and IPv6 addresses with prefix length, as the engine gave them; a container with NET_ADMIN
   * may have changed them
   */
  readonly addresses?: readonly string[];
  /** further names that Docker's DNS gives the container on this network */
  readonly aliases?: readonly string[];
}

/** What dbg uses of an entry of GET /containers/json. */
export interface ContainerSummary {
  readonly id: string;
  /** the container's own name; its names by legacy links are left out */
  readonly name: string;
  readonly image: string;
  readonly state: string;
  /** docker's own words: "Up 3 minutes (healthy)" */
  readonly status: string;
  readonly labels: Labels;
  readonly ports: readonly PublishedPort[];
  /** "default", "host", "none", "container:ID" or a network's name */
  readonly networkMode: string;
  /** the names of the networks that the container is on */
  readonly networks: readonly string[];
  /**
   * IPv4 and IPv6 addresses with prefix length, as the engine gave them; empty while the container
   * is not running
   */
  readonly addresses: readonly string[];
}

/** A port of a container, published or only exposed. */
export interface PublishedPort {
  /**
   * the host's address where it is published: "0.0.0.0", "127.0.0.1"; empty for a port that is not
   * published
   */
  readonly address?: string;
  /** undefined for a port that is not published */
  readonly host: number | undefined;
  readonly container: number;
  readonly protocol: string;
}
