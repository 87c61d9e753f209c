import { REDACTED } from './secret-names.ts';

// No pattern of this file looks at a character more than a few times, whatever the text: texts come
// from outside, and may be long.

/**
 * Tokens of services. Each has the beginning that its maker gave it, and behind that at least so
 * many letters.
 */
const BEGINNINGS: readonly (readonly [beginning: string, letters: string])[] = [
  // payments and shops: Stripe, Square, Shopify
  ['(?:sk|rk)_(?:live|test)_', '[A-Za-z\\d]{10,}'],
  ['whsec_', '[\\w+/=-]{16,}'],
  ['sq0(?:atp|csp|idp)-', '[\\w-]{20,}'],
  ['shp(?:at|ca|pa|ss|tka)_', '[\\da-fA-F]{24,}'],
  // chats and mail: Slack, SendGrid, Mailgun, Mailchimp, Brevo, Twilio
  ['xox[a-z](?:\\.xox[a-z])?-', '[\\w-]{10,}'],
  ['xapp-', '[\\w-]{20,}'],
  ['SG\\.[\\w-]{16,}\\.', '[\\w-]{20,}'],
  ['key-(?=[\\da-f]{32}(?!\\w))', '[\\da-f]+'],
  ['xkeysib-', '[\\w-]{32,}'],
  ['SK(?=[\\da-f]{32}(?!\\w))', '[\\da-f]+'],
  // code and packages: GitHub, GitLab, Bitbucket, npm, PyPI, RubyGems, crates.io, NuGet, Docker Hub
  ['gh[oprsu]_', '\\w{20,}'],
  ['github_pat_', '\\w{20,}'],
  ['gl(?:pat|rt|rtr|dt|oas|soat|cbt|ptt|ft|imt|agent|ffct)-', '[\\w.-]{20,}'],
  ['GR1348941', '[\\w-]{20,}'],
  ['AT(?:ATT3|CTT3|BB)', '[\\w=-]{28,}'],
  ['npm_', '[A-Za-z\\d]{30,}'],
  ['pypi-', '[\\w-]{50,}'],
  ['rubygems_', '[\\da-f]{40,}'],
  ['cio(?=[A-Za-z]*\\d)(?=[a-z\\d]*[A-Z])(?=[A-Za-z\\d]{32}(?!\\w))', '[A-Za-z\\d]+'],
  ['oy2(?=[a-z\\d]{43}(?!\\w))', '[a-z\\d]+'],
  ['dckr_[a-z]{3}_', '[\\w-]{20,}'],
  // clouds: AWS, Google, Azure, DigitalOcean, Alibaba, Fly, Netlify, Heroku, Databricks,
  // PlanetScale, Supabase, Tailscale
  ['A[KS]IA(?=[A-Z\\d]{16}(?!\\w))', '[A-Z\\d]{16}(?:["\'\\s:,;=]{1,4}[A-Za-z\\d+/]{40}(?![\\w+/]))?'],
  ['AIza', '[\\w-]{35}'],
  ['ya29\\.', '[\\w-]{20,}'],
  ['GOCSPX-', '[\\w-]{20,}'],
  ['do[opr]_v1_', '[\\da-f]{40,}'],
  ['LTAI', '[A-Za-z\\d]{16,}'],
  ['(?:FlyV1\\s)?fm2_', '[\\w+/=,-]{20,}'],
  ['nfp_', '\\w{30,}'],
  ['HRKU-', '[\\w-]{30,}'],
  ['dapi(?=[\\da-f]{32})', '[\\da-f]{32}(?:-\\d)?'],
  ['pscale_(?:tkn|pw|oauth)_', '[\\w.-]{20,}'],
  ['(?:sbp|sb_secret)_', '\\w{20,}'],
  ['tskey-', '[\\w-]{16,}'],
  ['v1\\.0-', '[\\da-f]{24}-[\\da-f]{100,}'],
  // models: OpenAI, Anthropic, Hugging Face, Replicate, Groq, xAI, Perplexity, NVIDIA
  ['sk-(?=[\\w-]*\\d)(?=[\\w-]*[A-Z])', '[\\w-]{20,}'],
  ['sk-(?:ant|proj|svcacct|admin|or)-', '[\\w-]{16,}'],
  ['hf_', '[A-Za-z\\d]{30,}'],
  ['r8_', '[A-Za-z\\d]{30,}'],
  ['(?:gsk|xai|nvapi|pplx)[_-]', '[\\w-]{30,}'],
  // operations: Vault, Terraform, Pulumi, Doppler, Grafana, Sentry, New Relic, Dynatrace, Linear,
  // Postman, Notion, Figma, Contentful
  ['hv[sbr]\\.', '[\\w-]{20,}'],
  ['[A-Za-z\\d]{14}\\.atlasv1\\.', '[\\w-]{40,}'],
  ['pul-', '[\\da-f]{40}'],
  ['dp\\.(?:pt|st|ct|sa|scim|audit)\\.', '(?:[\\w-]{1,40}\\.)?[A-Za-z\\d]{30,}'],
  ['gl(?:sa|c)_', '[\\w+/=]{30,}'],
  ['sntry[su]_', '[\\w+/=-]{30,}'],
  ['NR(?:AK|II|RA|JS)-', '[A-Za-z\\d-]{20,}'],
  ['dt0[a-z]\\d\\d\\.', '[A-Z\\d]{24}\\.[A-Z\\d]{64}'],
  ['lin_(?:api|oauth)_', '\\w{30,}'],
  ['PMAK-', '[\\da-f-]{50,}'],
  ['(?:ntn_|secret_(?=[A-Za-z\\d]{43}(?!\\w)))', '[A-Za-z\\d]{40,}'],
  ['fig[dou]_', '[\\w-]{30,}'],
  ['CFPAT-', '[\\w-]{40,}'],
  ['CCIPAT_', '\\w{30,}'],
  ['bkua_', '[\\da-f]{40}'],
  ['phx_', '\\w{30,}'],
  ['ops_eyJ', '[\\w+/=-]{40,}'],
  // bots: Telegram, Discord
  ['\\d{8,10}:AA', '[\\w-]{32,}'],
  ['[MNO][A-Za-z\\d_-]{23,27}\\.[\\w-]{6}\\.', '[\\w-]{27,}'],
  // keys, tokens of the field: age, JWT, JWE, swarm
  ['AGE-SECRET-KEY-1', '[A-Z\\d]{20,}'],
  ['eyJ(?=[\\w-]{8,}\\.)', '[\\w-]+\\.[\\w-]{8,}(?:\\.[\\w-]*){1,3}'],
  ['eyJrIjoi', '[\\w+/=]{40,}'],
  ['SWM(?:TKN|KEY)-1-', '[\\w+/=-]+'],
];

const TOKEN = new RegExp(
  `(?<![\\w-])(?:${BEGINNINGS.map(([beginning, letters]) => beginning + letters).join('|')})`,
  'g',
);

/**
 * Web hooks: whoever has such an address may write to it (Slack, Discord, Teams, Zapier, IFTTT).
 * The secret is what follows the name of the service.
 */
const HOOK =
  /((?:hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)|discord(?:app)?\.com\/api\/(?:v\d+\/)?webhooks|\.webhook\.office\.com\/webhookb2|outlook\.office\.com\/webhook|hooks\.zapier\.com\/hooks|maker\.ifttt\.com\/(?:use|trigger))\/)[^\s"'`<>\\)\]]+/gi;

/** A private key in PEM, in PGP's armour or in SSH2's form, to its end or to the text's. */
const PEM =
  /-----?\s?BEGIN [A-Z\d ]{0,40}(?:PRIVATE|SECRET) KEY(?: BLOCK)?\s?-----?[^]*?(?:-----?\s?END [A-Z\d ]{0,40}KEY(?: BLOCK)?\s?-----?|$)/g;
/** A private key of PuTTY's: from its lines on, to its end or to the text's. */
const PUTTY = /(Private-Lines: ?\d+)[^]*?(?:Private-MAC: ?[\da-f]+|$)/g;

/**
 * What base64 makes of a text wherever it stands in another one: that depends on how many bytes
 * stand before it, in threes. What its neighbours decide with it is left out.
 */
const encoded = (text: string) =>
  [0, 1, 2]
    .map((before) =>
      Buffer.from(' '.repeat(before) + text)
        .toString('base64')
        .slice(Math.ceil((before * 4) / 3), Math.floor(((before + text.length) * 4) / 3)),
    )
    .join('|');
/** The end of a line, as a program puts it into base64. What follows may stand further in. */
const LINE_END = '(?:\\\\{1,9}[nr]|[\\r\\n]){1,4}[ \\t]{0,64}';
/**
 * base64 of PEM, with the lines that follow if it was put into lines: long ones, and the last,
 * behind which nothing else stands on its line. Certificates begin so too, and a key may stand
 * behind them: ENCODED_KEY tells.
 */
const ENCODED_PEM = new RegExp(
  `(?:${encoded('-----BEGIN ')})[\\w+/=-]{20,}` +
    `(?:${LINE_END}[\\w+/=-]{60,})*(?:(?<=[\\w+/=-]{60})${LINE_END}[\\w+/=-]+(?=[ \\t]{0,64}(?:[\\r\\n"'\`\\\\<),;|}\\]]|$)))?`,
  'g',
);
const ENCODED_KEY = new RegExp(encoded('PRIVATE KEY'));
const LINE_ENDS = new RegExp(LINE_END, 'g');

/**
 * Hashes of passwords: crypt(3), bcrypt, Apache's, argon2, LDAP's. Passwords are guessed from them.
 */
const HASH =
  /\$(?:apr1|1|2[abxy]|5|6|7|y|gy|argon2(?:id|i|d)|scrypt|pbkdf2[\w-]{0,9})\$[\w./+=,$-]{16,}|\{S?SHA(?:256|512)?\}[\w+/=]{20,}/g;

/** Redacts what is a secret by its looks, wherever it stands in a text. */
export function redactTokens(text: string): string {
  let result = text;
  if (result.includes('BEGIN')) result = result.replace(PEM, REDACTED);
  if (result.includes('PuTTY-User-Key-File-')) result = result.replace(PUTTY, `$1${REDACTED}`);
  result = result.replace(ENCODED_PEM, (pem) => (ENCODED_KEY.test(pem.replace(LINE_ENDS, '')) ? REDACTED : pem));
  if (result.includes('$') || result.includes('{S')) result = result.replace(HASH, REDACTED);
  if (result.includes('.com/')) result = result.replace(HOOK, `$1${REDACTED}`);
  return result.replace(TOKEN, REDACTED);
}
