import { checkOf } from '../check.ts';
import { shellQuote } from '../../text.ts';
import type { ContainerFacts } from './facts.ts';

const check = checkOf<ContainerFacts>();
const DRIFT = 'drift';
const SHOWN = 12;
const short = (id: string) => id.replace(/^sha256:/, '').slice(0, SHOWN);

/** What has changed since the container was made. */
export const DRIFT_CHECKS = [
  check({
    id: 'drift.image-moved',
    layer: DRIFT,
    about: 'Its image has another id by now: a newer one was pulled or built under the same name.',
    needs: ['container', 'imageOfName'],
    find: ({ container: { name, image, imageId }, imageOfName }) =>
      imageId === '' || imageOfName === undefined || short(imageOfName) === short(imageId)
        ? []
        : [
            {
              severity: 'note',
              sentence: `"${name}" runs image ${short(imageId)}, while "${image}" means ${short(imageOfName)} by now`,
              evidence: [
                { seen: short(imageOfName), command: `docker image inspect -f '{{.Id}}' ${shellQuote(image)}` },
              ],
              next: [
                { what: 'create the container again to have that one', command: `docker rm -f ${shellQuote(name)}` },
              ],
            },
          ],
  }),
] as const;
