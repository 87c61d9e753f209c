import { checkOf } from '../check.ts';
import type { FileSystem } from '../../process/limits/file-systems.ts';
import type { Finding } from '../finding.ts';
import { binarySize } from '../../sizes.ts';
import { shellQuote } from '../../text.ts';
import type { ContainerFacts } from './facts.ts';
import { percent } from './words.ts';

const check = checkOf<ContainerFacts>();
const RESOURCES = 'resources';

/** File systems that are full when they are made, and cannot be written to. */
const NEVER_WRITABLE = /^(squashfs|erofs|iso9660|udf|cramfs|romfs)$/;
/**
 * NEAR is the share of the space or the inodes from which a file system counts as nearly full. With
 * PLENTY bytes available it never does, however large the disk.
 */
const NEAR = 0.95;
const PLENTY = 2 * 2 ** 30;

/** Whether a file system that could be written to is full, or nearly. */
export function isNearlyFull({ type, isReadOnly, space }: FileSystem): boolean {
  if (space === undefined || isReadOnly || NEVER_WRITABLE.test(type)) return false;
  const { size, available } = space;
  return available === 0 || (available <= size * (1 - NEAR) && available <= PLENTY);
}

/** Which of its file systems are full or cannot be written to, in causal order. */
export const STORAGE_CHECKS = [
  check({
    id: 'resources.read-only',
    layer: RESOURCES,
    about: 'A bind or a volume that it was given for writing cannot be written to.',
    needs: ['container', 'mounts'],
    find: ({ container: { name }, mounts }) =>
      mounts.flatMap(({ destination, source, isWritable, readOnly, fileSystem }): Finding[] => {
        if (!isWritable || readOnly === 'nothing' || NEVER_WRITABLE.test(fileSystem)) return [];
        const evidence = [
          {
            seen: `${fileSystem}, ro, though the engine was asked for rw`,
            command: `docker inspect -f '{{json .Mounts}}' ${shellQuote(name)}`,
          },
        ];
        // A mount that is read-only was made so from the start. A whole file system turns read-only
        // after an error of its disk, or because somebody remounted it.
        return readOnly === 'mount'
          ? [
              {
                severity: 'suspect',
                sentence: `"${destination}" of "${name}" is mounted read-only, though it was to be writable: ${source} is read-only on the host`,
                evidence,
                next: [{ what: 'see it on the host', command: `findmnt --target ${shellQuote(source)}` }],
              },
            ]
          : [
              {
                severity: 'broken',
                sentence: `"${destination}" of "${name}" cannot be written to: the ${fileSystem} file system of ${source} has become read-only`,
                evidence,
                next: [
                  { what: 'see why', command: 'dmesg | grep -iE "remount|I/O error|EXT4-fs|XFS|BTRFS"' },
                  { what: 'once the disk is repaired', command: `mount -o remount,rw --target ${shellQuote(source)}` },
                ],
              },
            ];
      }),
  }),
  check({
    id: 'resources.space',
    layer: RESOURCES,
    about: 'A file system of it is full, or nearly.',
    needs: ['container', 'inspection', 'volumeSizes', 'limits'],
    find: ({ container: { name }, inspection: { layerSize, mounts }, volumeSizes, limits: { fileSystems } }) =>
      (fileSystems?.shown ?? []).flatMap((fileSystem): Finding[] => {
        const { mountPoint, type, space } = fileSystem;
        if (space === undefined || !isNearlyFull(fileSystem)) return [];
        const { size, available } = space;
        const isFull = available === 0;
        // statfs(2) of a folder with a project quota gives the quota for its size (xfs, ext4).
        const limit = mountPoint === '/' && layerSize !== '' ? `--storage-opt size=${layerSize}` : '';
        const volume = mounts.find(({ destination }) => destination === mountPoint)?.name ?? '';
        const volumeSize = volumeSizes.get(mountPoint);
        const quota =
          volumeSize === undefined
            ? limit && `, which is its quota (${limit})`
            : `, which is the quota of volume ${volume} (size=${volumeSize})`;
        return [
          {
            severity: isFull ? 'broken' : 'suspect',
            sentence: isFull
              ? `no space is left on "${mountPoint}" of "${name}": all ${binarySize(size)} of its ${type} file system are used${quota}`
              : `"${mountPoint}" of "${name}" is nearly full: ${binarySize(available)} of ${binarySize(size)} are left${quota}`,
            evidence: [
              { seen: `${binarySize(available)} available`, command: limitsCommand(name) },
              ...(volumeSize === undefined
                ? []
                : [{ seen: `size=${volumeSize}`, command: `docker volume inspect ${shellQuote(volume)}` }]),
            ],
            next: [{ what: 'see what fills it', command: inContainer(name, `du -xh ${shellQuote(mountPoint)}`) }],
          },
        ];
      }),
  }),
  check({
    id: 'resources.inodes',
    layer: RESOURCES,
    about: 'A file system of it can hold no more files, or hardly any.',
    needs: ['container', 'limits'],
    find: ({ container: { name }, limits: { fileSystems } }) =>
      (fileSystems?.shown ?? []).flatMap(({ mountPoint, type, isReadOnly, space }): Finding[] => {
        if (space === undefined || isReadOnly || space.inodes === 0 || NEVER_WRITABLE.test(type)) return [];
        const { inodes, usedInodes } = space;
        const isFull = usedInodes >= inodes;
        if (usedInodes < inodes * NEAR) return [];
        return [
          {
            severity: isFull ? 'broken' : 'suspect',
            sentence: `"${mountPoint}" of "${name}" ${isFull ? 'can hold no more files' : 'can hold hardly any more files'}: ${usedInodes} of ${inodes} are there (${percent(usedInodes / inodes)}), whatever space is left`,
            evidence: [{ seen: `${usedInodes} of ${inodes} inodes used`, command: limitsCommand(name) }],
            next: [{ what: 'count them', command: inContainer(name, `du --inodes -x ${shellQuote(mountPoint)}`) }],
          },
        ];
      }),
  }),
] as const;

const limitsCommand = (name: string) => `dbg limits ${shellQuote(name)}`;
const inContainer = (name: string, line: string) => `docker exec ${shellQuote(name)} ${line}`;
