import type { ContainerEvent } from './engine-events.ts';
import type { Container, ContainerSummary } from './container.ts';
import type { Client, EngineAddress } from './address.ts';
import type { Configuration, Inspection } from './inspection.ts';
import type { EngineVersion } from './engine-version.ts';
import type { Network } from './network.ts';
import type { EngineNews } from './watching/container-events.ts';
import type { LogListener } from './logs/follow-logs.ts';
import type { ContainerFile } from './ways/archive.ts';
import type { Hearing, Query } from './ways/way.ts';

/**
 * What dbg asks an engine. There are two ways to one: `overSocket` for a unix socket, which needs
 * nothing to be loaded, and `overDockerode` for every other address. One contract test holds for
 * both (test/engine/engine-contract.test.ts). containerd is asked as if it were an engine
 * (containerd/ctr-way.ts).
 */
export interface Engine {
  readonly address: EngineAddress;
  /**
   * The client whose words lead to this engine: Podman says in each answer what it is. Before the
   * first one, it is told by what named the engine.
   */
  client(): Client;
  /**
   * The same engine, whose answers are waited for no longer than this, and no longer than until
   * `signal` is aborted.
   */
  within(patienceMs: number, signal?: AbortSignal): Engine;
  /** What the engine says of itself (GET /version). */
  version(): Promise<EngineVersion>;
  /**
   * The container that the engine finds by a name, an id or a prefix of an id. undefined when there
   * is none, or when a prefix fits several: engines answer both with an error status (404; newer
   * ones 400). `ref` is well-formed.
   */
  inspect(ref: string): Promise<Container | undefined>;
  /**
   * The same answer, with the fields that tell why a container is as it is. Throws a DbgError when
   * no container has that id.
   */
  inspection(id: string): Promise<Inspection>;
  /** What a container was made with. Throws a DbgError when no container has that id. */
  configuration(id: string): Promise<Configuration>;
  /** What an image gives to its containers; undefined when the engine has no such image. */
  imageConfiguration(id: string): Promise<Configuration | undefined>;
  /**
   * Every container, stopped ones included, the most recently created first (GET
   * /containers/json?all=1). dbg's own (helper/) are left out.
   */
  list(): Promise<ContainerSummary[]>;
  /**
   * Calls back for each event of a container from now on, until the function it gives back is
   * called. After a restart the engine is asked again, and dbg finds out what happened meanwhile
   * (container-events.ts). `news` hears when no events come: no engine answers, or it refuses.
   */
  watch(
    container: Pick<Container, 'id' | 'state'>,
    onEvent: (event: ContainerEvent) => void,
    news?: EngineNews,
  ): () => void;
  /**
   * Calls back when the list of containers may have changed, until the function it gives back is
   * called (container-changes.ts).
   */
  watchChanges(onEvent: () => void): () => void;
  /**
   * Calls back for each line that a container writes, from now on and from run to run, until the
   * function it gives back is called (follow-logs.ts).
   */
  followLogs(container: Pick<Container, 'id' | 'hasTty' | 'state'>, listener: LogListener): () => void;
  /**
   * The engine's own sentence when it cannot read a container's log, because its log driver only
   * writes; undefined when it can.
   */
  logsRefusal(container: Pick<Container, 'id'>): Promise<string | undefined>;
  /**
   * The last lines of a container's log, whether it runs or not. Throws a DbgError with the
   * engine's own sentence when the engine cannot read them.
   */
  lastLines(container: Pick<Container, 'id' | 'hasTty'>, most: number): Promise<string[]>;
  /**
   * A container's events until a time in ms since the epoch, the oldest first, as far as the engine
   * remembers them (GET /events).
   */
  history(container: Pick<Container, 'id'>, until: number): Promise<ContainerEvent[]>;
  /**
   * The answer of GET /events in pieces, as they come, until the function it gives back is called.
   * following/follow-events.ts reads them, and goes on when the stream breaks off.
   */
  events(query: Query, hearing: Hearing): () => void;
  /** The same of GET /containers/{id}/logs: following/follow-log.ts. */
  log(id: string, query: Query, hearing: Hearing): () => void;
  /**
   * The kind of an absolute path in a container, and how its file begins, whether the container
   * runs or not (GET /containers/{id}/archive). A link is not followed. The request ends after the
   * beginning, however large the file is. undefined when there is no such path.
   */
  file(container: Pick<Container, 'id'>, path: string): Promise<ContainerFile | undefined>;
  /**
   * The processor that an image is made for, empty when the image is gone, and the one of the
   * engine's machine: "amd64", "arm64" …
   */
  architectures(imageId: string): Promise<{ readonly engine: string; readonly image: string }>;
  /**
   * Calls back with the id of each container that joins a network, just before it is started, until
   * the function it gives back is called.
   */
  watchJoins(network: string, onEvent: (id: string) => void): () => void;
  /**
   * The id of the image that a name means now (GET /images/{name}/json); undefined when there is no
   * such image.
   */
  imageId(name: string): Promise<string | undefined>;
  /** A network by its name or id (GET /networks/{id}). */
  network(ref: string): Promise<Network>;
  /**
   * The most that a volume may hold by the options that it was made with, as they were typed; empty
   * where they name no size. Throws a DbgError when there is no such volume.
   */
  volumeSize(name: string): Promise<string>;
}
