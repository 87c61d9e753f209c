import { version } from '../../../package.json';
import type { Context } from '../../context.ts';
import type { Container } from '../../engine/container.ts';
import { DbgError } from '../../errors.ts';
import {
  type Item,
  type Evidence,
  FORMAT,
  SECTION_NAMES,
  type SectionName,
  type Sections,
} from '../../evidence/container-evidence.ts';
import { asInImages, configurationItems } from '../../evidence/items/configuration-items.ts';
import type { Marker } from '../../evidence/items/item.ts';
import { environmentItems } from '../../evidence/items/environment-items.ts';
import { known, unknown } from '../../why/fact.ts';

/** The sections in which a container can be compared with its image. */
export const IMAGE_SECTIONS: readonly SectionName[] = ['configuration', 'environment'];

/**
 * A container's own configuration, and that of the image that it was made from. Throws a DbgError
 * when the engine has the image no more.
 */
export async function withImage(
  ctx: Context,
  container: Container,
  mark: Marker,
): Promise<{ readonly image: Evidence; readonly own: Evidence }> {
  const engine = await ctx.engine();
  const [own, image] = await Promise.all([
    engine.configuration(container.id),
    engine.imageConfiguration(container.imageId),
  ]);
  if (image === undefined) {
    throw new DbgError(`the image that "${container.name}" was made from is gone: ${container.image}`, {
      next: [{ what: 'see the images that are there', command: 'docker images --no-trunc' }],
    });
  }
  const time = new Date(ctx.now()).toISOString();
  const evidence = (name: string, id: string, { config }: typeof own, env: readonly string[]): Evidence => {
    const { configuration } = configurationItems({ config, hostConfig: {} }, id, mark);
    const sections = { configuration: asInImages(configuration), environment: environmentItems(env, id, mark) };
    return { format: FORMAT, version: 1, dbg: version, time, container: name, id, sections: only(sections) };
  };
  return {
    image: evidence(`image ${container.image}`, container.imageId, image, envOf(image.config)),
    own: evidence(container.name, container.id, own, container.env),
  };
}

const envOf = ({ Env: env }: Readonly<Record<string, unknown>>): string[] =>
  Array.isArray(env) ? env.filter((each) => typeof each === 'string') : [];

const only = (sections: Partial<Record<SectionName, readonly Item[]>>): Sections =>
  Object.fromEntries(
    SECTION_NAMES.map((name) => {
      const items = sections[name];
      return [name, items ? known(items) : unknown('an image has none')];
    }),
  ) as unknown as Sections;
