import { binarySize, decimalSize } from '../../sizes.ts';
import type { ContainerUsage } from '../../process/usage/container-usage.ts';

/** What `docker stats` calls the figures of a container, in its templates and in its JSON. */
export const DOCKER_FIELDS = [
  'BlockIO',
  'CPUPerc',
  'Container',
  'ID',
  'MemPerc',
  'MemUsage',
  'Name',
  'NetIO',
  'PIDs',
] as const;
export type DockerField = (typeof DOCKER_FIELDS)[number];
export type DockerRow = Readonly<Record<DockerField, string>>;

/** The headers of docker's tables. */
export const DOCKER_HEADERS: DockerRow = {
  BlockIO: 'BLOCK I/O',
  CPUPerc: 'CPU %',
  Container: 'CONTAINER',
  ID: 'CONTAINER ID',
  MemPerc: 'MEM %',
  MemUsage: 'MEM USAGE / LIMIT',
  Name: 'NAME',
  NetIO: 'NET I/O',
  PIDs: 'PIDS',
};

/**
 * The figures of a container as `docker stats` writes them, in the order of its JSON. What is not
 * known is 0 there, as for a container that does not run.
 * @param typed the words by which the person named containers; docker repeats them
 * @param isWhole whether the id is not shortened (--no-trunc)
 */
export function dockerRow(
  { id, name, cpu, memory, network, io, pids }: ContainerUsage,
  typed: readonly string[],
  isWhole: boolean,
): DockerRow {
  const shown = isWhole ? id : id.slice(0, 12);
  const most = memory && Number.isFinite(memory.most) ? memory.most : 0;
  return {
    BlockIO: `${decimalSize(io?.readBytes ?? 0)} / ${decimalSize(io?.writtenBytes ?? 0)}`,
    CPUPerc: `${(cpu?.percent ?? 0).toFixed(2)}%`,
    Container: typed.find((word) => word === name || id.startsWith(word)) ?? shown,
    ID: shown,
    MemPerc: `${(memory && most > 0 ? (100 * memory.used) / most : 0).toFixed(2)}%`,
    MemUsage: `${binarySize(memory?.used ?? 0)} / ${binarySize(most)}`,
    Name: name,
    NetIO: `${decimalSize(network?.receivedBytes ?? 0)} / ${decimalSize(network?.sentBytes ?? 0)}`,
    PIDs: String(pids?.used ?? 0),
  };
}
