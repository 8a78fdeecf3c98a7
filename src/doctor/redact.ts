import { isIP } from 'node:net';
import { MASK } from '../config/index.js';

export interface RedactionOptions {
  /** Texts that must not be seen, wherever they stand. */
  readonly secrets: readonly string[];
  /** Home folders; stand as `~` afterwards. */
  readonly homeFolders: readonly string[];
  /** Names of this user and machine; hidden where they stand as words. */
  readonly names: readonly string[];
}

/** Variables of the environment whose values are secrets, whoever set them. */
export const SECRET_VARIABLE = /KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH|COOKIE|SESSION_ID/i;

const MIN_SECRET_CHARS = 6;
const USER = '<user>';
/** Shapes of secrets that nobody told us of. */
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
  [/-----BEGIN [A-Z ]+-----[\s\S]*?-----END [A-Z ]+-----/g, MASK],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, MASK],
  // Long words without meaning: tokens in paths and hexadecimal keys.
  [/(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-zA-Z])[A-Za-z0-9_-]{24,}(?![\w-])/g, MASK],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '<mail>'],
  // Bluetooth and network devices.
  [/\b[0-9A-F]{2}(?:[:_-][0-9A-F]{2}){5}\b/gi, '<mac>'],
  [/(\/home\/|\/Users\/|[A-Za-z]:(?:\\+|\/)Users(?:\\+|\/))[^\s/\\"':;,)]+/g, `$1${USER}`],
];

/**
 * Makes what takes secrets, names and public addresses out of text.
 *
 * Better too much than too little: what is left must be fit to be shown to strangers.
 */
export function createRedactor(options: RedactionOptions): (text: string) => string {
  // The longest first, so that none leaves a part of another behind.
  const byLength = (texts: readonly string[], minChars: number): string[] =>
    [...new Set(texts.flatMap(spellings))]
      .filter(({ length }) => length >= minChars)
      .sort((left, right) => right.length - left.length);
  const secrets = byLength(options.secrets, MIN_SECRET_CHARS);
  const homes = byLength(options.homeFolders, 4);
  const names = byLength(options.names, 2).map(
    (name) => new RegExp(`(?<![A-Za-z0-9])${name.replace(/[^\w]/g, '\\$&')}(?![A-Za-z0-9])`, 'gi'),
  );
  return (text) => {
    let shown = text;
    for (const secret of secrets) shown = shown.replaceAll(secret, MASK);
    for (const home of homes) shown = shown.replaceAll(home, '~');
    for (const [pattern, replacement] of PATTERNS) shown = shown.replace(pattern, replacement);
    for (const name of names) shown = shown.replace(name, USER);
    return hideAddresses(shown);
  };
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
