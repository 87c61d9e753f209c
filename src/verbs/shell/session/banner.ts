import type { Entry } from '../../../enter/nsenter.ts';
import type { Target } from '../../../enter/target.ts';
import { escapeControls } from '../../../text.ts';

/** The line that a person sees before the first prompt. */
export function bannerText({ container }: Target, entry: Entry, isHostNetwork: boolean): string {
  const network = isHostNetwork ? "the HOST's network" : `network ${container.networkMode}`;
  const isInside = entry.namespaces.includes('mnt');
  const parts = [
    `${container.name} (${container.image}, ${network})`,
    `joined: ${entry.namespaces.join(', ')}`,
    ...(entry.view ? [`the container's: ${entry.view.changed.join(' ')}`] : []),
    isInside
      ? "the image's environment; of yours only TERM LANG TZ"
      : "its files: $DBG_ROOT (an absolute link in it leads to the HOST's: dbg cat)",
  ];
  return `dbg: ${escapeControls(parts.join(' · '))}\n`;
}
