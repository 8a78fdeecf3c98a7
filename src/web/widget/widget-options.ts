/** What the one script tag says, in `data-` attributes. */
export interface WidgetOptions {
  /** Where the bridge is: origin of the script, or `data-server`. Without a slash at the end. */
  readonly server: string;
  /** `data-transport`: one request for each message, or a WebSocket with the answer as it comes. @default 'ws' */
  readonly transport: 'http' | 'ws';
  /** `data-lang`. @default the page's, else the browser's */
  readonly language: 'en' | 'ja';
  /** `data-title`: above the conversation. Undefined: the words of the language. */
  readonly title: string | undefined;
  /** `data-welcome`: the first words of the avatar. Undefined: the server's. */
  readonly welcome: string | undefined;
  /** `data-persona`: who answers. @default the server's */
  readonly persona: string | undefined;
  /** `data-position`. @default 'right' */
  readonly position: 'left' | 'right';
  /** `data-color`: `#rgb` or `#rrggbb`. */
  readonly color: string | undefined;
  /** `data-theme`. @default 'auto' */
  readonly theme: 'auto' | 'light' | 'dark';
  /** `data-voice="off"`: answers are never heard. @default true */
  readonly hasVoice: boolean;
  /** `data-typing`: milliseconds for each letter, or `off`. @default 40 */
  readonly typingMs: number;
  /** `data-typing-sync="off"`: the typing does not keep step with sound. @default true */
  readonly isTypingInStep: boolean;
  /** `data-open="true"`: open from the beginning. @default false */
  readonly isOpen: boolean;
}

/** Of the tutorial. */
export const TYPING_MS = 40;
const MAX_TYPING_MS = 1000;
const MAX_TEXT_CHARS = 1000;

export interface WidgetPlace {
  /** Address of the script. */
  readonly src: string;
  /** `lang` of the page. */
  readonly pageLanguage: string;
  readonly browserLanguage: string;
}

/**
 * @param data - `dataset` of the script tag. A value that is none is passed over, and told.
 * @param warn - told what is wrong, in words for who wrote the page.
 */
export function readWidgetOptions(
  data: Readonly<Record<string, string | undefined>>,
  place: WidgetPlace,
  warn: (text: string) => void,
): WidgetOptions {
  const among = <T extends string>(name: string, allowed: readonly T[], otherwise: T): T => {
    const value = data[name];
    const found = allowed.find((one) => one === value);
    if (value !== undefined && found === undefined)
      warn(`data-${dashed(name)}: expected ${allowed.join(' or ')}, got ${JSON.stringify(value)}`);
    return found ?? otherwise;
  };
  const text = (name: string): string | undefined => data[name]?.slice(0, MAX_TEXT_CHARS);
  return {
    server: serverOf(data['server'], place.src, warn),
    transport: among('transport', ['ws', 'http'], 'ws'),
    language: among('lang', ['en', 'ja'], isJapanese(place) ? 'ja' : 'en'),
    title: text('title'),
    welcome: text('welcome'),
    persona: data['persona'] === '' ? undefined : text('persona'),
    position: among('position', ['right', 'left'], 'right'),
    color: colorOf(data['color'], warn),
    theme: among('theme', ['auto', 'light', 'dark'], 'auto'),
    hasVoice: among('voice', ['on', 'off'], 'on') === 'on',
    typingMs: typingOf(data['typing'], warn),
    isTypingInStep: among('typingSync', ['on', 'off'], 'on') === 'on',
    isOpen: among('open', ['true', 'false'], 'false') === 'true',
  };
}

function serverOf(given: string | undefined, src: string, warn: (text: string) => void): string {
  try {
    const { origin, protocol } = new URL(given ?? src, src);
    if (/^https?:$/.test(protocol)) return origin;
  } catch {
    // Told below.
  }
  if (given === undefined) return new URL(src).origin;
  warn(`data-server: expected an address such as https://bridge.example.org, got ${JSON.stringify(given)}`);
  return new URL(src).origin;
}

function isJapanese({ pageLanguage, browserLanguage }: WidgetPlace): boolean {
  return (pageLanguage === '' ? browserLanguage : pageLanguage).toLowerCase().startsWith('ja');
}

function colorOf(given: string | undefined, warn: (text: string) => void): string | undefined {
  if (given === undefined) return undefined;
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(given);
  if (short !== null)
    return `#${short
      .slice(1)
      .map((digit) => digit + digit)
      .join('')}`;
  if (/^#[0-9a-f]{6}$/i.test(given)) return given;
  warn(`data-color: expected #rgb or #rrggbb, got ${JSON.stringify(given)}`);
  return undefined;
}

function typingOf(given: string | undefined, warn: (text: string) => void): number {
  if (given === undefined) return TYPING_MS;
  if (given === 'off') return 0;
  const number = Number(given);
  if (given.trim() !== '' && number >= 0 && number <= MAX_TYPING_MS) return number;
  warn(
    `data-typing: expected 0 to ${MAX_TYPING_MS} milliseconds for each letter, or off, got ${JSON.stringify(given)}`,
  );
  return TYPING_MS;
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Black or white, whichever is read better on it. @param color - `#rrggbb`. @source WCAG 2.2, relative luminance */
export function inkOn(color: string): '#000000' | '#ffffff' {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) ? '#000000' : '#ffffff';
}
