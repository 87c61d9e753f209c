/** What the options that name an engine say; they are docker's own. */
export interface EngineWish {
  /** -H, --host: as often as it was given */
  readonly hosts: readonly string[];
  /** -c, --context */
  readonly context?: string | undefined;
  /** --tls: speak TLS, whoever answers */
  readonly tls?: boolean | undefined;
  /** --tlsverify */
  readonly tlsVerify?: boolean | undefined;
  /** --tlscacert, --tlscert, --tlskey */
  readonly files: Partial<Readonly<Record<'ca' | 'cert' | 'key', string>>>;
}

/** No option was given. */
export const NO_WISH: EngineWish = { hosts: [], files: {} };

/** What says which engine is meant. */
export type EngineSource =
  | { readonly by: '--host' | 'DOCKER_HOST' | 'CONTAINER_HOST' | 'default' }
  /** nothing names an engine, and TLS is asked for */
  | { readonly by: 'TLS' }
  | { readonly by: '--context' | 'DOCKER_CONTEXT' | 'config.json'; readonly context: string }
  /** nothing names an engine, Docker's own socket is not there, and this one is */
  | { readonly by: 'socket'; readonly whose: 'rootless Docker' | 'Podman' | 'rootless Podman' | 'containerd' };

/** What says which engine is meant, for people. `folder`: docker's configuration. */
export function sourceText(source: EngineSource, folder: string): string {
  switch (source.by) {
    case '--context':
    case 'DOCKER_CONTEXT':
      return `by ${source.by} (${source.context})`;
    case 'config.json':
      return `by docker's current context (${source.context}), in ${folder}/config.json`;
    case 'TLS':
      return 'by default with TLS';
    case 'socket':
      return `by default: the socket of ${source.whose}, as there is none of Docker's`;
    default:
      return source.by === 'default' ? 'by default' : `by ${source.by}`;
  }
}
