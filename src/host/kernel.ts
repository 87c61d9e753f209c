import { gunzipSync } from 'node:zlib';
import { parseKernelConfig, parseModules } from '../proc/kernel-files.ts';
import type { FileReader } from './host-files.ts';

/** The kernel of this host, as its own files and those of its package describe it. */
export interface Kernel {
  readonly release: string;
  /** the options of its configuration that are on; undefined where no file tells */
  readonly config: ReadonlyMap<string, string> | undefined;
  /** the file that tells of the configuration */
  readonly configPath: string | undefined;
  /** modules that are in the kernel now; some that are built in are among them */
  readonly present: ReadonlySet<string>;
  /** modules that are built in; empty where no file tells */
  readonly builtIn: ReadonlySet<string>;
  /** modules whose files are there; undefined where this release has no folder of modules */
  readonly loadable: ReadonlySet<string> | undefined;
  /** false when no module may be loaded until the next boot (kernel.modules_disabled) */
  readonly mayLoad: boolean;
}

/** A part of the kernel: the option of its configuration, and the module that it can also be. */
export interface KernelPart {
  readonly option: string;
  readonly module: string;
}

/**
 * Whether a kernel has a part:
 * - loadable: it is a module, which the kernel loads by itself when it is asked for
 * - locked: a module that may not be loaded any more
 * - not installed: this kernel has it as a module, whose file is not on this host
 */
export type Support = 'built in' | 'loaded' | 'loadable' | 'locked' | 'not installed' | 'absent' | 'unknown';

export function supportOf(kernel: Kernel, { option, module }: KernelPart): Support {
  const { config, present, builtIn, loadable, mayLoad } = kernel;
  const configured = config?.get(option);
  if (configured === 'y' || builtIn.has(module)) return 'built in';
  if (present.has(module)) return 'loaded';
  if (loadable?.has(module)) return mayLoad ? 'loadable' : 'locked';
  if (configured === 'm') return 'not installed';
  return config === undefined && loadable === undefined ? 'unknown' : 'absent';
}

/**
 * Looks at the kernel by reading files alone. To try a part out, even in a network namespace of its
 * own, would load its module, and the module would stay.
 */
export async function kernelOf(host: FileReader): Promise<Kernel> {
  const release = host.read('/proc/sys/kernel/osrelease')?.trim() ?? '';
  const folder = `/lib/modules/${release}`;
  const dependencies = host.read(`${folder}/modules.dep`, MOST_BYTES);
  const found = (await configOf(host)) ?? plainConfig(host, release);
  return {
    release,
    config: found && parseKernelConfig(found.text),
    configPath: found?.path,
    present: new Set([...parseModules(host.read('/proc/modules') ?? ''), ...host.entries('/sys/module')]),
    builtIn: parseModules(host.read(`${folder}/modules.builtin`) ?? ''),
    loadable: dependencies === undefined ? undefined : parseModules(dependencies),
    mayLoad: host.read('/proc/sys/kernel/modules_disabled')?.trim() !== '1',
  };
}

/**
 * A configuration is 300 kB, and 40 kB packed; a modules.dep of all of Debian's modules, 700 kB.
 */
const MOST_BYTES = 8 << 20;

interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

/**
 * The kernel's own copy of its configuration, where it was built with one (CONFIG_IKCONFIG_PROC).
 */
async function configOf(host: FileReader): Promise<ConfigFile | undefined> {
  const path = '/proc/config.gz';
  try {
    const file = host.openInside('/', path);
    if (file.kind !== 'file') return undefined;
    try {
      const pieces: Buffer[] = [];
      for (let piece = await file.next(); piece.length > 0; piece = await file.next()) pieces.push(Buffer.from(piece));
      return { path, text: gunzipSync(Buffer.concat(pieces), { maxOutputLength: MOST_BYTES }).toString() };
    } finally {
      file.close();
    }
  } catch {
    return undefined;
  }
}

/** The copies that packages of a kernel put beside it: Debian's and Fedora's places. */
function plainConfig(host: FileReader, release: string): ConfigFile | undefined {
  for (const path of [`/boot/config-${release}`, `/lib/modules/${release}/config`]) {
    const text = host.read(path, MOST_BYTES);
    if (text !== undefined) return { path, text };
  }
  return undefined;
}
