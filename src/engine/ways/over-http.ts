import type { Way, Query } from './way.ts';
import type { EngineAddress } from '../address.ts';
import { parseContainer, parseContainerList, parseImageId } from '../container.ts';
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
import { eventReader, joinFilters } from '../engine-events.ts';
import { LAST_LINE, logQuery, logReader } from '../logs.ts';
import { parseInspection } from '../inspection.ts';
import { parseNetwork } from '../network.ts';
import { watchContainer } from '../container-events.ts';

/** What an engine is asked, whatever the way to it: so one cap and one deadline hold for all of them. */
export function overHttp(address: EngineAddress, way: Way): Engine {
  const get = (path: string, query: Query = {}, mostBytes = MOST_BYTES) =>
    whole(way, path, query, mostBytes).catch((error: unknown) => Promise.reject(unreachable(address, error)));
  const inspect = async (ref: string) => {
    const answer = await get(`/containers/${encodeURIComponent(ref)}/json`);
    return isNoSuchContainer(answer) ? undefined : parseContainer(answered(address, answer));
  };
  return {
    address,
    inspect,
    inspection: async (id) =>
      parseInspection(answered(address, await get(`/containers/${encodeURIComponent(id)}/json`))),
    watch: (container, hear, meanwhile) => watchContainer(way, inspect, container, hear, meanwhile),
    watchJoins: (network, hear) => {
      const read = eventReader(({ container }) => container !== undefined && hear(container));
      return listen(way, '/events', joinFilters(network), read);
    },
    logs: ({ id, hasTty }, hear, since) => listen(way, logsOf(id), logQuery(since), logReader(hasTty, hear)),
    logsRefusal: async ({ id }) => {
      const answer = await get(logsOf(id), LAST_LINE);
      return answer.status === 200 ? undefined : (messageOf(answer.body) ?? `status ${answer.status}`);
    },
    network: async (ref) => parseNetwork(answered(address, await get(`/networks/${encodeURIComponent(ref)}`))),
    imageId: async (name) => {
      const answer = await get(`/images/${encodeURIComponent(name)}/json`);
      return answer.status === 404 ? undefined : parseImageId(answered(address, answer));
    },
    list: async () =>
      parseContainerList(answeredList(address, await get('/containers/json', { all: '1' }, MOST_BYTES_OF_LIST))),
  };
}

const logsOf = (id: string) => `/containers/${encodeURIComponent(id)}/logs`;

/** An inspect is 5 kB, and some hundred with all the labels, mounts and environment that one can have. */
const MOST_BYTES = 4e6;
/** 10,000 containers are 15 MB. */
const MOST_BYTES_OF_LIST = 16e6;

/** An answer that ends by itself. Waits for it, but not for ever, nor for more than it can be. */
function whole(way: Way, path: string, query: Query, mostBytes: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let pieces: Buffer[] = [];
    let size = 0;
    let stop = (): void => undefined;
    const fail = (error: Error) => {
      clearTimeout(deadline);
      stop();
      pieces = [];
      reject(error);
    };
    const deadline = setTimeout(() => fail(noAnswer()), PATIENCE_MS);
    stop = way.ask(path, query, {
      status: (code) => (status = code),
      data: (piece) => {
        size += piece.length;
        if (size > mostBytes) fail(tooLarge(mostBytes));
        else pieces.push(piece);
      },
      end: (error) => {
        if (error) return fail(error);
        clearTimeout(deadline);
        resolve({ status, body: Buffer.concat(pieces) });
      },
    });
  });
}

/** An answer that does not end by itself. */
function listen(way: Way, path: string, query: Query, hear: (piece: Buffer) => void): () => void {
  let isAnswer = false;
  return way.ask(path, query, {
    status: (code) => (isAnswer = code === 200),
    data: (piece) => isAnswer && hear(piece),
    end: () => undefined,
  });
}
