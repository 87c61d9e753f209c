import type { Facts } from '../why/fact.ts';

/**
 * Why a value differs from container to container although nothing is wrong: it is an id, a time,
 * an address, or a measure of what the container does just now.
 */
export type Nature = 'id' | 'time' | 'address' | 'measure';

/** One thing that was seen of a container: a name, and its value as a text without secrets. */
export interface Item {
  readonly name: string;
  readonly value: string;
  /** left out for what should be the same in two containers that are meant to be alike */
  readonly nature?: Nature;
  /**
   * Tells apart two values that look the same because a secret, or a long end, was left out. It is
   * a digest with a key that dbg keeps in memory alone. A bundle has none.
   */
  readonly mark?: string;
}

/** The sections in the order in which they are shown, each with its title. */
export const SECTIONS = {
  state: 'state',
  configuration: 'configuration',
  environment: 'environment',
  process_environment: 'environment of the first process, where it is another',
  mounts: 'mounts',
  mounted: 'mounts in force',
  limits: 'limits',
  limits_in_force: 'limits in force, and use',
  rights: 'rights',
  rights_in_force: 'rights in force',
  networks: 'networks',
  interfaces: 'interfaces',
  dns: 'DNS configuration',
  dns_answers: 'DNS answers',
  routes: 'routes',
  sysctls: 'sysctls',
  listening: 'listening sockets',
  processes: 'processes',
  open_files: 'open files by kind',
} as const;

export type SectionName = keyof typeof SECTIONS;
export const SECTION_NAMES = Object.keys(SECTIONS) as readonly SectionName[];

/** The sections by name: each with its items, or with the reason why dbg could not look. */
export type Sections = Facts<Record<SectionName, readonly Item[]>>;

/** All that was seen of one container, or of an image, once. It is plain JSON. */
export interface Evidence {
  readonly format: typeof FORMAT;
  readonly version: 1;
  /** the version of the dbg that looked */
  readonly dbg: string;
  /** when dbg looked: ISO 8601, in UTC */
  readonly time: string;
  /** the container's name; of an image, its name */
  readonly container: string;
  readonly id: string;
  readonly sections: Sections;
}

export const FORMAT = 'dbg evidence';

/** The evidence as it is written to a file: without the marks, which mean nothing elsewhere. */
export function withoutMarks(evidence: Evidence): Evidence {
  const sections = Object.fromEntries(
    SECTION_NAMES.map((name) => {
      const section = evidence.sections[name];
      const value = section.known ? section.value.map(withoutMark) : [];
      return [name, section.known ? { known: true, value } : section];
    }),
  );
  return { ...evidence, sections: sections as unknown as Sections };
}

const withoutMark = ({ name, value, nature }: Item): Item =>
  nature === undefined ? { name, value } : { name, value, nature };
