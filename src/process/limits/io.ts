import type { CgroupFile } from '../../enter/cgroup-files.ts';
import { amount, nestedKeyed, perDevice } from '../../proc/cgroup-values.ts';

/**
 * What a container read from and wrote to a block device, in bytes and operations, with its limits,
 * in bytes and operations a second.
 */
export interface DeviceUse {
  /** major:minor, as the kernel writes it */
  readonly number: string;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly reads: number;
  readonly writes: number;
  /** a limit is null where it is not set */
  readonly readBytesLimit: number | null;
  readonly writtenBytesLimit: number | null;
  readonly readsLimit: number | null;
  readonly writesLimit: number | null;
}

/**
 * The devices that a container used or has limits on. undefined when the kernel does not count
 * input and output for it.
 */
export function ioUse(file: CgroupFile): DeviceUse[] | undefined {
  return ioOfV2(file) ?? ioOfV1(file);
}

/**
 * Reads the files of v2 (cgroup-v2.rst, "IO Interface Files"): "254:0 rbytes=1 wbytes=2 rios=3
 * wios=4 …" and "254:0 rbps=max wbps=1048576 …".
 */
function ioOfV2(file: CgroupFile): DeviceUse[] | undefined {
  const text = file('io.stat');
  if (text === undefined) return undefined;
  const stat = nestedKeyed(text);
  const max = nestedKeyed(file('io.max'));
  return devices([stat, max]).map((number) => {
    const used = (key: string) => Number(stat.get(number)?.get(key) ?? 0);
    const limit = (key: string) => amount(max.get(number)?.get(key)) ?? null;
    return {
      number,
      readBytes: used('rbytes'),
      writtenBytes: used('wbytes'),
      reads: used('rios'),
      writes: used('wios'),
      readBytesLimit: limit('rbps'),
      writtenBytesLimit: limit('wbps'),
      readsLimit: limit('riops'),
      writesLimit: limit('wiops'),
    };
  });
}

/**
 * Reads the files of v1 (cgroup-v1/blkio-controller.rst, "Throttling/Upper limit policy files").
 */
function ioOfV1(file: CgroupFile): DeviceUse[] | undefined {
  const bytes = bytesOfV1(file);
  if (bytes === undefined) return undefined;
  const operations = throttleFile(file, 'io_serviced');
  const used = [perDevice(bytes, 'Read'), perDevice(bytes, 'Write')];
  used.push(perDevice(operations, 'Read'), perDevice(operations, 'Write'));
  const limits = ['read_bps', 'write_bps', 'read_iops', 'write_iops'].map((name) =>
    perDevice(file(`blkio.throttle.${name}_device`)),
  );
  return devices([...used, ...limits]).map((number) => ({
    number,
    readBytes: used[0]!.get(number) ?? 0,
    writtenBytes: used[1]!.get(number) ?? 0,
    reads: used[2]!.get(number) ?? 0,
    writes: used[3]!.get(number) ?? 0,
    readBytesLimit: limits[0]!.get(number) ?? null,
    writtenBytesLimit: limits[1]!.get(number) ?? null,
    readsLimit: limits[2]!.get(number) ?? null,
    writesLimit: limits[3]!.get(number) ?? null,
  }));
}

/**
 * What a container read from and wrote to all block devices, in bytes, as `docker stats` adds it
 * up. undefined as in ioUse. It reads one file, ioUse several.
 */
export function ioBytes(file: CgroupFile): Pick<DeviceUse, 'readBytes' | 'writtenBytes'> | undefined {
  const text = file('io.stat') ?? bytesOfV1(file);
  if (text === undefined) return undefined;
  const total = (pattern: RegExp) => [...text.matchAll(pattern)].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
  return {
    readBytes: total(/^\d+:\d+ (?:Read |.*\brbytes=)(\d+)/gm),
    writtenBytes: total(/^\d+:\d+ (?:Write |.*\bwbytes=)(\d+)/gm),
  };
}

const bytesOfV1 = (file: CgroupFile) => throttleFile(file, 'io_service_bytes');

// Since Linux 5.0 the files `…_recursive` count the cgroups below too.
const throttleFile = (file: CgroupFile, name: string) =>
  file(`blkio.throttle.${name}_recursive`) ?? file(`blkio.throttle.${name}`);

const devices = (tables: readonly ReadonlyMap<string, unknown>[]): string[] =>
  [...new Set(tables.flatMap((table) => [...table.keys()]))].filter((key) => /^\d+:\d+$/.test(key)).toSorted();
