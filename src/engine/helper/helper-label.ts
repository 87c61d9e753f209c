/** The label of each container of dbg's own. Its value is the key of the dbg that made it. */
export const HELPER_LABEL = 'dbg.helper';

/** The name of a helper. */
export const helperName = (digits: string): string => `dbg-helper-${digits}`;

/**
 * Whether a container is dbg's own. The label alone does not tell: a container also gets the labels
 * of its image, so an image could hide its containers.
 */
export const isHelper = ({ name, labels }: { readonly name: string; readonly labels: object }): boolean =>
  Object.hasOwn(labels, HELPER_LABEL) && /^dbg-helper-[\da-f]{12}$/.test(name);
