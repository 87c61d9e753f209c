import type { Context } from '../context.ts';
import { addressText } from '../engine/address.ts';
import type { EngineChoice } from '../engine/choice/choose-engine.ts';
import type { EngineWish } from '../engine/choice/engine-wish.ts';
import type { NextStep } from '../errors.ts';
import { shellLine } from '../text.ts';

/**
 * The steps as they are typed for the engine that was asked: `podman` where that is Podman, and
 * with the options that led dbg to it. Without them, `docker start web` would start another
 * engine's web.
 */
export async function stepsFor(ctx: Context, wish: EngineWish, steps: readonly NextStep[]): Promise<NextStep[]> {
  if (!steps.some(({ command }) => COMMAND.test(command))) return [...steps];
  const choice = await ctx.choice().catch(() => undefined);
  if (choice === undefined) return [...steps];
  const client = await ctx.engine().then(
    (engine) => engine.client(),
    () => choice.client,
  );
  if (choice.address.kind === 'containerd') return containerdSteps(choice.address.path, steps);
  const docker = shellLine(clientWords({ ...choice, client }, wish, ctx.host.isRoot));
  const dbg = shellLine(['dbg', ...engineOptions(choice, wish)]);
  return steps.map(({ what, command }) => ({
    what,
    command: command.replace(COMMANDS, (all, before: string, program: string) => {
      return `${before}${program === 'docker' ? docker : dbg} `;
    }),
  }));
}

/** containerd has no docker: in its place, what lists its containers. */
function containerdSteps(path: string, steps: readonly NextStep[]): NextStep[] {
  const others = steps.filter(({ command }) => !/(^|&& |sudo )docker /.test(command));
  const list = shellLine(['sudo', 'ctr', '-a', path, '-n', 'k8s.io', 'containers', 'ls']);
  return others.length === steps.length ? others : [...others, { what: 'see all of them', command: list }];
}

/** A command of the engine's client or of dbg's that does not name an engine itself. */
const COMMAND = /(^|&& |sudo )(docker|dbg) (?!context\b|-H|-c)/;
const COMMANDS = new RegExp(COMMAND.source, 'g');

/** The words that begin a command of the client for this engine. */
export function clientWords(
  choice: Pick<EngineChoice, 'address' | 'client' | 'source'>,
  wish: EngineWish,
  isRoot: boolean,
): string[] {
  const { address, client, source } = choice;
  if (client === 'docker') return ['docker', ...engineOptions(choice, wish)];
  if (source.by === 'CONTAINER_HOST') return ['podman', '--remote'];
  // Without a word more, podman means the containers of the user who types it.
  if (source.by === 'socket') return source.whose === 'Podman' && !isRoot ? ['sudo', 'podman'] : ['podman'];
  return ['podman', '--url', addressText(address)];
}

/** docker's options for this engine, if options named it. A password is left out. */
function engineOptions({ address, source }: Pick<EngineChoice, 'address' | 'source'>, wish: EngineWish): string[] {
  if (source.by === '--context') return ['-c', source.context];
  if (source.by !== '--host') return [];
  const files = Object.entries(wish.files).flatMap(([name, path]) => [`--tls${name === 'ca' ? 'cacert' : name}`, path]);
  return ['-H', addressText(address), ...(wish.tlsVerify ? ['--tlsverify'] : wish.tls ? ['--tls'] : []), ...files];
}
