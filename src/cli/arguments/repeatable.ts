/**
 * For an option that may be given several times (commander's argParser): all its values, in order.
 */
export const repeatable = (value: string, all: unknown): string[] =>
  Array.isArray(all) ? [...(all as string[]), value] : [value];
