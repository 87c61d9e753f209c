import type { ContainerEvent } from './engine-events.ts';
import type { Container, ContainerSummary } from './container.ts';
import type { EngineAddress } from './address.ts';
import type { Inspection } from './inspection.ts';
import type { Network } from './network.ts';
import type { EngineNews } from './container-events.ts';
import type { LogListener } from './follow-logs.ts';
import type { ContainerFile } from './ways/archive.ts';

/**
 * What dbg asks an engine. Two ways stand behind it: `overSocket` for a unix socket, with nothing to load, and
 * `overDockerode` for every other address. One contract test holds for both (test/engine/engine-contract.test.ts).
 */
export interface Engine {
  readonly address: EngineAddress;
  /**
   * The container that the engine finds under a name, an id or a prefix of an id; undefined when there is none, or when
   * a prefix fits several (engines answer both with an error status: 404, or 400 on newer ones). `ref` is well-formed.
   */
  inspect(ref: string): Promise<Container | undefined>;
  /**
   * The same answer, with what tells why a container is as it is. Throws a DbgError when there is
   * none of that id.
   */
  inspection(id: string): Promise<Inspection>;
  /** Every container, stopped ones included, the most recently created first (GET /containers/json?all=1). */
  list(): Promise<ContainerSummary[]>;
  /**
   * Calls back for each event of a container, from now on, until the function it gives back is
   * called. An engine that is restarted is asked again, and what happened meanwhile is found out
   * (container-events.ts). `news` hears when no events come: no engine answers, or it refuses.
   */
  watch(
    container: Pick<Container, 'id' | 'state'>,
    onEvent: (event: ContainerEvent) => void,
    news?: EngineNews,
  ): () => void;
  /**
   * Calls back for each line that a container writes, from now on and from run to run, until the
   * function it gives back is called (follow-logs.ts).
   */
  followLogs(container: Pick<Container, 'id' | 'hasTty' | 'state'>, listener: LogListener): () => void;
  /** The engine's sentence when it cannot read what a container says: its log driver writes only. */
  logsRefusal(container: Pick<Container, 'id'>): Promise<string | undefined>;
  /**
   * The last lines of what a container has said, running or not. Throws a DbgError with the
   * engine's sentence when it cannot read them.
   */
  lastLines(container: Pick<Container, 'id' | 'hasTty'>, most: number): Promise<string[]>;
  /**
   * What happened to a container until a time in ms since the epoch, the oldest first: as far as
   * the engine remembers (GET /events).
   */
  history(container: Pick<Container, 'id'>, until: number): Promise<ContainerEvent[]>;
  /**
   * What an absolute path of a container's is, running or not, and how its file begins (GET
   * /containers/{id}/archive); a link is not followed. The request ends there, however large the
   * file. undefined when there is none.
   */
  file(container: Pick<Container, 'id'>, path: string): Promise<ContainerFile | undefined>;
  /**
   * Which processors an image is for, empty where there is no such image any more, and which the
   * engine's machine has: "amd64", "arm64" …
   */
  architectures(imageId: string): Promise<{ readonly engine: string; readonly image: string }>;
  /** Calls back with the id of each container that joins a network, just before it is started, until the function it gives back is called. */
  watchJoins(network: string, onEvent: (id: string) => void): () => void;
  /**
   * The id of the image that a name means now (GET /images/{name}/json); undefined when it means
   * none.
   */
  imageId(name: string): Promise<string | undefined>;
  /** A network by its name or id (GET /networks/{id}). */
  network(ref: string): Promise<Network>;
}
