import { beginningOf, type ContainerFile, pathStatOf } from './archive.ts';
import type { Header, EngineWay, Query } from './way.ts';
import type { Client, EngineAddress } from '../address.ts';
import type { Engine } from '../engine.ts';
import {
  type Answer,
  answered,
  answeredList,
  isNoSuchContainer,
  messageOf,
  noAnswer,
  PATIENCE_MS,
  tooLarge,
  unreachable,
} from '../engine-errors.ts';
import { type ContainerEvent, eventReader, eventsUntil, joinFilters } from '../engine-events.ts';
import { isHelper } from '../helper/helper-label.ts';
import { followLogs } from '../logs/follow-logs.ts';
import { LAST_LINE, lastLines, logLines, logsPath } from '../logs/logs.ts';
import { architectureOf, parseConfiguration, parseInspection } from '../inspection.ts';
import { parseVersion } from '../engine-version.ts';
import { parseNetwork } from '../network.ts';
import { parseContainer, parseContainerList, parseImageId } from '../parse-container.ts';
import { parseVolumeSize } from '../volume.ts';
import { watchChanges } from '../watching/container-changes.ts';
import { watchContainer } from '../watching/container-events.ts';

interface Asking {
  readonly patienceMs?: number;
  /** the client whose words lead to the engine; an answer may tell of another */
  readonly client?: Client | undefined;
  /** ends what is waited for */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The engine's calls as GETs, over any way to it: one size limit and one deadline hold for all
 * ways.
 */
export function overHttp(
  address: EngineAddress,
  way: EngineWay,
  { patienceMs = PATIENCE_MS, client, signal }: Asking = {},
): Engine {
  let known: Client = client ?? 'docker';
  const get = async (path: string, query: Query = {}, mostBytes = MOST_BYTES, isEnough = ALL) => {
    const asked = whole(way, path, query, { mostBytes, patienceMs, isEnough, signal });
    const answer = await asked.catch((error: unknown) => Promise.reject(unreachable(address, error, known)));
    if (answer.header?.('server')?.startsWith('Libpod/')) known = 'podman';
    return answer;
  };
  const inspect = async (ref: string) => {
    const answer = await get(`/containers/${encodeURIComponent(ref)}/json`);
    return isNoSuchContainer(answer) ? undefined : parseContainer(answered(address, answer));
  };
  return {
    address,
    client: () => known,
    within: (ms, until) => overHttp(address, way, { patienceMs: ms, client: known, signal: until }),
    version: async () => parseVersion(answered(address, await get('/version'))),
    inspect,
    inspection: async (id) =>
      parseInspection(answered(address, await get(`/containers/${encodeURIComponent(id)}/json`))),
    configuration: async (id) =>
      parseConfiguration(answered(address, await get(`/containers/${encodeURIComponent(id)}/json`))),
    imageConfiguration: async (id) => {
      const answer = await get(`/images/${encodeURIComponent(id)}/json`);
      return answer.status === 404 ? undefined : parseConfiguration(answered(address, answer), 'an image');
    },
    watch: (container, onEvent, news) => watchContainer(way, inspect, container, onEvent, news),
    watchChanges: (onEvent) => watchChanges(way, onEvent),
    watchJoins: (network, onEvent) => {
      const read = eventReader(({ container }) => container !== undefined && onEvent(container));
      return listen(way, '/events', joinFilters(network), read);
    },
    followLogs: (container, listener) =>
      followLogs(way, (...heard) => watchContainer(way, inspect, container, ...heard), container, listener),
    logsRefusal: async ({ id }) => {
      const answer = await get(logsPath(id), LAST_LINE);
      return answer.status === 200 ? undefined : (messageOf(answer.body) ?? `status ${answer.status}`);
    },
    lastLines: async ({ id, hasTty }, most) => {
      const answer = await get(logsPath(id), lastLines(most));
      if (answer.status !== 200) answered(address, answer);
      return logLines(hasTty, answer.body).slice(-most);
    },
    history: async ({ id }, until) => {
      const events: ContainerEvent[] = [];
      const answer = await get('/events', eventsUntil(id, until));
      if (answer.status !== 200) answered(address, answer);
      eventReader((event) => events.push(event))(answer.body);
      return events;
    },
    events: (query, hearing) => way.ask('/events', query, hearing),
    log: (id, query, hearing) => way.ask(logsPath(id), query, hearing),
    file: async ({ id }, path) => {
      const archive = `/containers/${encodeURIComponent(id)}/archive`;
      const isEnough = (body: Buffer) => beginningOf(body, MOST_BYTES_OF_FILE) !== undefined;
      const answer = await get(archive, { path }, MOST_BYTES, isEnough);
      if (isNoSuchContainer(answer)) return undefined;
      if (answer.status !== 200) answered(address, answer);
      return fileOf(answer);
    },
    architectures: async (imageId) => {
      const [engine, image] = await Promise.all([get('/version'), get(`/images/${encodeURIComponent(imageId)}/json`)]);
      return {
        engine: architectureOf(answered(address, engine)),
        image: image.status === 200 ? architectureOf(answered(address, image)) : '',
      };
    },
    network: async (ref) => parseNetwork(answered(address, await get(`/networks/${encodeURIComponent(ref)}`))),
    volumeSize: async (name) => parseVolumeSize(answered(address, await get(`/volumes/${encodeURIComponent(name)}`))),
    imageId: async (name) => {
      const answer = await get(`/images/${encodeURIComponent(name)}/json`);
      return answer.status === 404 ? undefined : parseImageId(answered(address, answer));
    },
    list: async () => {
      const listed = answeredList(address, await get('/containers/json', { all: '1' }, MOST_BYTES_OF_LIST));
      return parseContainerList(listed).filter((each) => !isHelper(each));
    },
  };
}

/**
 * Enough of a program for its first header and what that header names, and of a script for its
 * first line.
 */
const MOST_BYTES_OF_FILE = 4096;

function fileOf({ body, header }: Answer): ContainerFile {
  const beginning = beginningOf(body, MOST_BYTES_OF_FILE) ?? Buffer.alloc(0);
  return { ...pathStatOf(header?.('x-docker-container-path-stat') ?? ''), beginning };
}

/** Waits for all of the answer. */
const ALL: (body: Buffer) => boolean = () => false;

/**
 * An inspect is 5 kB. With all the labels, mounts and variables that a container can have it is
 * some hundred kB.
 */
const MOST_BYTES = 4e6;
/** 10,000 containers are 15 MB. */
const MOST_BYTES_OF_LIST = 16e6;

interface Bounds {
  readonly mostBytes: number;
  readonly patienceMs: number;
  readonly isEnough: (body: Buffer) => boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * Gets an answer that ends by itself, or as much of it as `isEnough`. Rejects when it has not come
 * within `patienceMs`, is longer than `mostBytes`, or `signal` is aborted.
 */
function whole(
  way: EngineWay,
  path: string,
  query: Query,
  { mostBytes, patienceMs, isEnough, signal }: Bounds,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let header: Header | undefined;
    let pieces: Buffer[] = [];
    let size = 0;
    let stop = (): void => undefined;
    const fail = (error: Error) => {
      finishWaiting();
      stop();
      pieces = [];
      reject(error);
    };
    const finish = () => {
      finishWaiting();
      resolve({ status, body: Buffer.concat(pieces), header });
    };
    const deadline = setTimeout(() => fail(noAnswer(status === 0 ? undefined : size, patienceMs)), patienceMs);
    const abort = () => fail(new Error('dbg does not wait for the answer any more'));
    signal?.addEventListener('abort', abort);
    const finishWaiting = () => {
      clearTimeout(deadline);
      signal?.removeEventListener('abort', abort);
    };
    stop = way.ask(path, query, {
      status: (code, its) => {
        status = code;
        header = its;
      },
      data: (piece) => {
        size += piece.length;
        if (size > mostBytes) return fail(tooLarge(mostBytes));
        pieces.push(piece);
        if (isEnough === ALL || status !== 200) return;
        pieces = [Buffer.concat(pieces)];
        if (!isEnough(pieces[0]!)) return;
        stop();
        finish();
      },
      end: (error) => (error ? fail(error) : finish()),
    });
    if (signal?.aborted) abort();
  });
}

/**
 * Gets an answer that does not end by itself. The function that it gives back ends it. Refusals and
 * the end are not told.
 */
function listen(way: EngineWay, path: string, query: Query, onEvent: (piece: Buffer) => void): () => void {
  let isAnswer = false;
  return way.ask(path, query, {
    status: (code) => (isAnswer = code === 200),
    data: (piece) => isAnswer && onEvent(piece),
    end: () => undefined,
  });
}
