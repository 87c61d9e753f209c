// What ctr prints, containerd's own client. Its tables are for people, and their words do not
// contain blanks; `containers info` prints JSON (containerd, cmd/ctr/commands).

/** The first process of a container, as containerd's runtime knows it. */
export interface Task {
  readonly id: string;
  readonly pid: number;
  /** RUNNING, STOPPED, PAUSED, CREATED, UNKNOWN */
  readonly status: string;
}

/** Reads `ctr tasks ls`: the columns TASK, PID, STATUS. */
export function parseTasks(printed: string): Task[] {
  return rows(printed).flatMap(([id = '', pid = '', status = '']) =>
    /^\d+$/.test(pid) ? [{ id, pid: Number(pid), status }] : [],
  );
}

/** Reads a list of names, one in each line. */
export const parseNames = (printed: string): string[] => rows(printed).flatMap(([name]) => name ?? []);

const rows = (printed: string) =>
  printed
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => line.split(/\s+/));

/**
 * What dbg uses of `ctr containers info`. Nothing of it is checked: parse-container.ts does that.
 */
export interface ContainerInfo {
  readonly ID?: unknown;
  readonly Labels?: Readonly<Record<string, unknown>> | null;
  readonly Image?: unknown;
  readonly CreatedAt?: unknown;
  readonly Spec?: {
    readonly process?: {
      readonly terminal?: unknown;
      readonly user?: { readonly uid?: unknown; readonly gid?: unknown };
      readonly args?: readonly unknown[];
      readonly env?: readonly unknown[];
      readonly cwd?: unknown;
    };
    readonly mounts?: readonly { readonly destination?: unknown; readonly source?: unknown }[];
    readonly linux?: {
      readonly resources?: {
        readonly memory?: { readonly limit?: unknown };
        readonly cpu?: { readonly quota?: unknown; readonly period?: unknown };
        readonly pids?: { readonly limit?: unknown };
      };
      readonly namespaces?: readonly { readonly type?: unknown; readonly path?: unknown }[];
    };
  } | null;
}
