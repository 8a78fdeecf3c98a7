import type { Voice } from '../../synthesizer.js';
import type { EspeakVoice } from './espeak-frames.js';

/** A voice as the user names it, in parts: `en-gb+f2`. */
export interface VoiceName {
  /** espeak-ng's language, voice or identifier; empty: whatever the language asks for. */
  readonly base: string;
  /** How it sounds; undefined: not said; empty: the language's own. */
  readonly variant: string | undefined;
}

/** Codes that BCP 47 does not know: made-up languages and tests. */
const HIDDEN = /^(xex|piqd|qdb|qya|sjn|py)$/;

export function parseVoiceName(name: string): VoiceName {
  const [base = '', ...variant] = name.trim().split('+');
  return { base: base.toLowerCase(), variant: variant.length === 0 ? undefined : variant.join('+') };
}

/** What espeak-ng takes: its identifier, since it does not find all voices by their language. */
export function identifierOf(base: string, voices: readonly EspeakVoice[]): string | undefined {
  const wanted = base.toLowerCase();
  const exact = voices.find(
    ({ name, identifier }) => identifier.toLowerCase() === wanted || name.toLowerCase() === wanted,
  );
  return (exact ?? usualVoice(wanted, voices))?.identifier;
}

/** The voice for a BCP 47 language: of its region if there is one, else the usual one. */
export function identifierForLanguage(language: string, voices: readonly EspeakVoice[]): string | undefined {
  const parts = language.toLowerCase().split('-');
  for (let length = parts.length; length > 0; length--) {
    const wanted = parts.slice(0, length).join('-');
    const found = usualVoice(wanted === 'en' ? 'en-us' : wanted, voices);
    if (found !== undefined) return found.identifier;
  }
  return undefined;
}

function usualVoice(code: string, voices: readonly EspeakVoice[]): EspeakVoice | undefined {
  let best: EspeakVoice | undefined;
  let bestPriority = Number.POSITIVE_INFINITY;
  for (const voice of voices) {
    const priority = voice.languages.find((language) => language.code === code)?.priority;
    if (priority !== undefined && priority < bestPriority) {
      best = voice;
      bestPriority = priority;
    }
  }
  return best;
}

/** The list for users: Japanese and English first, these also with a man's voice. */
export function listedVoices(voices: readonly EspeakVoice[], defaults: readonly string[]): Voice[] {
  const taken = new Set<string>();
  const listed = voices
    .filter(({ languages }) => languages.length > 0 && !HIDDEN.test(languages[0]?.code ?? ''))
    .map((voice): Voice => {
      const code = voice.languages[0]?.code ?? '';
      const id = taken.has(code) ? voice.identifier : code;
      taken.add(code);
      return { id, name: voice.name, languages: [tagOf(code)] };
    });
  return listed.flatMap((voice) => withVariants(voice, defaults)).sort((a, b) => rank(a) - rank(b));
}

/** BCP 47 for espeak-ng's codes: `en-us` is `en-US`, `cmn` is `zh`; of one that is not well-formed its language alone. */
function tagOf(code: string): string {
  for (const candidate of [code, code.split('-')[0] ?? '']) {
    try {
      return Intl.getCanonicalLocales(candidate)[0] ?? candidate;
    } catch {
      // Not well-formed.
    }
  }
  return code;
}

const MAN = 'm1';

function withVariants(voice: Voice, defaults: readonly string[]): Voice[] {
  const own = defaults.find((id) => parseVoiceName(id).base === voice.id);
  if (own === undefined) return [voice];
  return [
    { ...voice, id: own, style: parseVoiceName(own).variant ?? '', gender: 'female', isDefault: true },
    { ...voice, id: `${voice.id}+${MAN}`, style: MAN, gender: 'male' },
  ];
}

function rank({ languages, isDefault, gender }: Voice): number {
  const language = languages[0] ?? '';
  const manner = isDefault === true ? 0 : gender === undefined ? 2 : 1;
  return (language === 'ja' ? 0 : language.startsWith('en') ? 3 : 6) + manner;
}
