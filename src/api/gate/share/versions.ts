import type { Forward } from '../verdict.ts';
import type { RequestHead, ResponseHead } from '../../wire/http/http-head.ts';

/**
 * The versions of the API (1.24 to 1.51) whose operations dbg knows. Before 1.24, a container's
 * start took a HostConfig: the host's files, --privileged (moby, docs/api/version-history.md).
 * After 1.51, an operation may mean something that dbg does not know.
 */
const [OLDEST, NEWEST] = [24, 51];

/**
 * Says why operations of a version cannot be judged; undefined: they can. A path without a version
 * means the engine's own version, and can be judged.
 */
export function versionRefusal(version: string | undefined): string | undefined {
  // Only two digits behind the dot: the engine takes any digits and dots, and reads 1.023 as 1.23.
  const minor = Number(/^1\.([1-9]\d)$/.exec(version ?? `1.${NEWEST}`)?.[1]);
  if (minor >= OLDEST && minor <= NEWEST) return undefined;
  return `API ${version?.slice(0, 20)}, of which dbg knows 1.${OLDEST} to 1.${NEWEST}: DOCKER_API_VERSION=1.${NEWEST} docker …`;
}

const known = (version: string) => (Number(/^1\.(\d+)$/.exec(version)?.[1]) > NEWEST ? `1.${NEWEST}` : version);

/**
 * Changes the answers from which clients choose a version, so that they choose one that dbg knows.
 * docker chooses by a header of /_ping, other clients by /version.
 */
export const withKnownVersion: NonNullable<Forward['patch']> = (head, body) => {
  const headers = head.headers.map(
    ([name, value]) => [name, /^api-version$/i.test(name) ? known(value) : value] as const,
  );
  return { head: { ...head, headers } satisfies ResponseHead, body: withKnownVersionIn(body) };
};

function withKnownVersionIn(body: Buffer): Buffer {
  const text = body.toString('latin1');
  const changed = text.replace(
    /("ApiVersion"\s*:\s*")([\d.]+)(?=")/g,
    (_, before: string, version: string) => before + known(version),
  );
  return changed === text ? body : Buffer.from(changed, 'latin1');
}

/** Whether an operation is answered with the engine's version of the API. */
export const tellsVersion = (operation: string) => operation === 'SystemPing' || operation === 'SystemVersion';

/**
 * Whether a request asks for a stream of BuildKit's. These speak HTTP/2 in the end, whose calls
 * could be neither judged nor logged.
 */
export const isBuildKit = ({ target }: Pick<RequestHead, 'target'>) =>
  /^(?:\/v[\d.]+)?\/(?:session|grpc)\/?(?:\?|$)/.test(target);
