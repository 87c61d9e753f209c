/**
 * What an engine says of itself in GET /version. A field is empty where the engine leaves it out.
 */
export interface EngineVersion {
  /** "Docker", "Podman" or "containerd" */
  readonly name: string;
  readonly version: string;
  /** the newest version of the API that the engine speaks */
  readonly api: string;
  /** the release of the kernel that the engine runs on */
  readonly kernel: string;
}

/** Reads the answer of GET /version, field by field. */
export function parseVersion(answer: unknown): EngineVersion {
  const body = (typeof answer === 'object' && answer !== null ? answer : {}) as Record<string, unknown>;
  const text = (name: string) => (typeof body[name] === 'string' ? body[name].slice(0, MOST_CHARACTERS) : '');
  // Podman calls its only component "Podman Engine"; Docker's are "Engine", "containerd" and
  // others.
  const components = JSON.stringify(body['Components'] ?? '');
  const isPodman = components.includes('"Name":"Podman Engine"');
  return {
    // ctr's answer (containerd/ctr-way.ts) has this component alone.
    name: isPodman ? 'Podman' : components.startsWith('[{"Name":"containerd"') ? 'containerd' : 'Docker',
    version: text('Version'),
    api: text('ApiVersion'),
    kernel: text('KernelVersion'),
  };
}

/** A version is a few words. */
const MOST_CHARACTERS = 100;
