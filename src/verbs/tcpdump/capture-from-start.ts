import { has } from '../../capture/getopt.ts';
import { requireContainer } from '../../cli/arguments/chosen-container.ts';
import { asRoot } from '../../cli/root.ts';
import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { requireProgram } from '../../host/run/programs.ts';
import type { CaptureWish } from '../../jobs/capture/capture-wish.ts';
import { captureFromStart } from '../../jobs/capture/from-start.ts';
import { captureNews } from './capture-news.ts';
import { refuseTerminal } from './capture.ts';
import { selects } from '../../cli/arguments/chosen-containers.ts';
import { pcapngOf } from './chosen-recorder.ts';
import type { TcpdumpOptions } from './tcpdump-options.ts';

/** `dbg tcpdump --from-start` and `--restart`. Gives the exit code. */
export async function fromStart(ctx: Context, wish: CaptureWish, options: TcpdumpOptions): Promise<number> {
  refuse(ctx, wish, options);
  for (const program of ['nsenter', 'tcpdump']) requireProgram(ctx.host, program);
  const how = {
    restart: options.restart === true,
    open: (sort: Parameters<typeof pcapngOf>[3]) => pcapngOf(ctx, wish, wish.path!, sort),
    newsOf: (waits: string) => captureNews(ctx, { begun: `waiting for ${waits}`, isToFile: true }, options.quiet),
    isQuiet: options.quiet === true,
  };
  return asRoot(ctx, () => captureFromStart(ctx, wish, how));
}

function refuse(ctx: Context, { refs, items, path }: CaptureWish, options: TcpdumpOptions): void {
  for (const ref of refs.length > 0 ? refs : [undefined]) requireContainer(ctx, ref ?? '');
  refuseTerminal(ctx, path);
  const usage = (message: string) => usageError(message);
  if (selects(options))
    throw usage(
      '--from-start and --restart need names of containers: --project, --network and --label find only what runs already',
    );
  if (options.bothEnds || options.where !== undefined)
    throw usage('--from-start does not go with --both-ends or --where');
  if (options.dryRun) throw usage('--from-start has no --dry-run: what is run depends on what happens');
  if (has(items, 'i')) throw usage('with --from-start, dbg chooses the devices: the container has none yet');
}
