import { isIP } from 'node:net';
import { MASK } from '../config/index.js';

export interface RedactionOptions {
  /** Texts that must not be seen, wherever they stand; those shorter than 6 characters where they stand as words. */
  readonly secrets: readonly string[];
  /** Home folders; stand as `~` afterwards. */
  readonly homeFolders: readonly string[];
  /** Names of this user and machine; hidden where they stand as words. Of `name.domain` the name alone is hidden, too. */
  readonly names: readonly string[];
}

/** Variables of the environment whose values are secrets, whoever set them. */
export const SECRET_VARIABLE = /KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH|COOKIE|SESSION_ID/i;

/** Shorter ones also stand within words by chance. */
const LONG_SECRET_CHARS = 6;
/** A machine without a name of its own is called so; it tells nothing of it. */
const NO_NAME = 'localhost';
const USER = '<user>';
/**
 * Shapes of secrets that nobody told us of.
 *
 * Each needs time proportional to the text, whatever stands in it: a run of characters is looked through from its first one
 * only, or by a bounded number of characters.
 */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // user:password@ in URLs.
  [/(\/\/)[^\s/@"']+@/g, `$1${MASK}@`],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${MASK}`],
  // name=value and "name":"value" with a telling name.
  [
    /((?:api[_-]?key|key|token|secret|passw(?:or)?d|authorization)["']?\s*[=:]\s*["']?)[^\s"'&,;}]+/gi,
    `$1${MASK}`,
  ],
  [/\b(?:sk|pk|ghp|gho|xox[abp]|AKIA|AIza)[-_A-Za-z0-9]{12,}/g, MASK],
  // One whose end is cut off is hidden to the end of the text.
  [/-----BEGIN [A-Z ]+-----[\s\S]*?(?:-----END [A-Z ]+-----|$)/g, MASK],
  [/(?<![\w-])eyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, MASK],
  // Bluetooth and network devices; PulseAudio writes bluez_input_AA_BB_…
  [/(?<![0-9A-F])[0-9A-F]{2}(?:[:_-][0-9A-F]{2}){5}(?![0-9A-F])/gi, '<mac>'],
  // Long words without meaning: tokens in paths and hexadecimal keys.
  [/(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-zA-Z])[A-Za-z0-9_-]{24,}(?![\w-])/g, MASK],
  [/(?<![\w.+-])[\w.+-]{1,256}@[\w-]+(?:\.[\w-]+)+/g, '<mail>'],
  // Names of folders hold blanks: up to what ends the folder's name or a quotation, else to the next blank.
  [
    /([\\/](?:home|[Uu]sers)[\\/]+)(?:[^\\/"<>|:;,*?\r\n]{1,64}(?=[\\/"\r\n]|$)|[^\s/\\"':;,)]+)/g,
    `$1${USER}`,
  ],
];

/**
 * Makes what takes secrets, names and public addresses out of text.
 *
 * Better too much than too little: what is left must be fit to be shown to strangers.
 */
export function createRedactor(options: RedactionOptions): (text: string) => string {
  const secrets = byLength(options.secrets.flatMap(spellings), 1);
  const long = secrets.filter(({ length }) => length >= LONG_SECRET_CHARS);
  const short = secrets.filter(({ length }) => length < LONG_SECRET_CHARS);
  const replacements: readonly (readonly [RegExp, string])[] = [
    ...short.map((secret) => [asWord(literal(secret), 'g'), MASK] as const),
    ...byLength(options.homeFolders.flatMap(spellings), 4).map(
      (home) => [new RegExp(`${literal(home)}(?![A-Za-z0-9])`, 'g'), '~'] as const,
    ),
    ...PATTERNS,
    ...byLength(options.names.flatMap(withoutDomain).flatMap(spellings), 2).map(
      (name) => [asWord(nameIn(name), 'gi'), USER] as const,
    ),
  ];
  return (text) => {
    let shown = text;
    for (const secret of long) shown = shown.replaceAll(secret, MASK);
    for (const [pattern, replacement] of replacements) shown = shown.replace(pattern, replacement);
    return hideAddresses(shown);
  };
}

/** The longest first, so that none leaves a part of another behind. */
function byLength(texts: readonly string[], minChars: number): string[] {
  return [...new Set(texts)]
    .filter(({ length }) => length >= minChars)
    .sort((left, right) => right.length - left.length);
}

function asWord(source: string, flags: string): RegExp {
  return new RegExp(`(?<![A-Za-z0-9])${source}(?![A-Za-z0-9])`, flags);
}

function literal(text: string): string {
  return text.replace(/[^\w]/g, '\\$&');
}

/** Devices of a Mac are called after it: of `Johns-MacBook` also `John's MacBook`. */
function nameIn(name: string): string {
  return [...name].map((char) => (char === '-' ? '[-_ ]' : literal(char))).join("['’]?");
}

/** `name.local` and `name`. */
function withoutDomain(name: string): string[] {
  const [first = ''] = name.split('.');
  return [name, first].filter((one) => one.toLowerCase() !== NO_NAME);
}

/** As it stands, as it stands in a URL, and as it stands in a JSON string. */
function spellings(text: string): string[] {
  return [text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1)];
}

function hideAddresses(text: string): string {
  return text
    .replace(/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)/g, (address) =>
      isPublic(address) ? '<address>' : address,
    )
    .replace(/(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])/gi, (address) =>
      isPublic(address) ? '<address>' : address,
    );
}

/** Whether an address tells where someone is: not loopback, private, link-local or documentation. */
function isPublic(address: string): boolean {
  const version = isIP(address);
  if (version === 0) return false;
  if (version === 6) return !/^(?:::1?$|f[cdef])/i.test(address);
  const [first = 0, second = 0] = address.split('.').map(Number);
  if (first === 127 || first === 10 || first === 0 || first === 255) return false;
  if (first === 192 && second === 168) return false;
  if (first === 169 && second === 254) return false;
  return !(first === 172 && second >= 16 && second < 32);
}
