import { isWithin } from './address-prefix.ts';

/**
 * Whether a rule of POSTROUTING puts another address in place of this one, by what iptables-save or
 * `nft list ruleset` prints of nat: "-A POSTROUTING -s 10.0.0.0/24 ! -o br0 -j MASQUERADE", "ip
 * saddr 10.0.0.0/24 oifname != "br0" counter masquerade". A rule without a source is for all.
 */
export const isMasqueraded = (rules: string, address: string): boolean =>
  rules.split('\n').some((line) => {
    const rule = line.trim();
    if (!/-j (?:MASQUERADE|SNAT)\b|\b(?:masquerade|snat)\b/.test(rule)) return false;
    const [, isNot, prefix] = /(?:^| )(! )?(?:-s|saddr) (\d[\d./]+)/.exec(rule) ?? [];
    // Docker has such a rule for each published port of a container, from its own address to it.
    if (/(?:-d|daddr) /.test(rule)) return false;
    return prefix === undefined || (isWithin(address, prefix) ?? false) !== (isNot !== undefined);
  });
